using Crucible.Data;
using Crucible.Modules;
using Crucible.People;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>An API token as its owner sees it; the token itself is shown once and kept nowhere.</summary>
public sealed record ApiToken
{
    public Guid Id { get; init; }
    public string Name { get; init; } = "";

    /// <summary>Its first characters, to recognise it by.</summary>
    public string Prefix { get; init; } = "";
    public string[] Scopes { get; init; } = [];
    public DateTime CreatedAt { get; init; }
    public DateTime? ExpiresAt { get; init; }
    public DateTime? UsedAt { get; init; }
}

/// <summary>API tokens.</summary>
public sealed class TokenStore(Database db, AccessCache cache, IEnumerable<Permission> permissions, IOptions<PeopleOptions> options, TimeProvider time)
{
    internal const int Page = 50;

    /// <summary>Makes a token. Null when the person's role and grants do not reach the scope, or it would live too long.</summary>
    /// <param name="actor">Who makes it: the owner, or a command.</param>
    /// <param name="owner">Whose token it is.</param>
    /// <param name="name">What it is for, 1 to 80 characters.</param>
    /// <param name="scope"><c>read</c>, <c>write</c>, <c>admin</c> or the name of a permission.</param>
    /// <param name="life">How long it is good for; null for ever.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<string?> Create(Actor actor, Person owner, string name, string scope, TimeSpan? life, CancellationToken cancel)
    {
        if (!MayLive(life))
            return null;
        await using var write = await db.Write(actor, cancel);
        var grants = await write.Connection.QuerySingleAsync<string[]>(new($"select {GrantStore.Of("p")} from crucible.person p where p.id = @Id", new { owner.Id }, cancellationToken: cancel));
        if (!People.Scopes.MayGive(owner.Role, grants, scope, permissions))
            return null;
        var token = Secret.NewToken();
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7();
        await write.Connection.ExecuteAsync(new("""
            insert into crucible.token (id, person_id, name, hash, prefix, scopes, created_at, expires_at)
            values (@id, @owner, @name, @hash, @prefix, @scopes, @now, @until)
            """, new
        {
            id,
            owner = owner.Id,
            name,
            hash = Secret.Hash(token),
            prefix = token[..(Secret.TokenPrefix.Length + 4)],
            scopes = new[] { scope },
            now,
            until = now + life,
        }, cancellationToken: cancel));
        write.Audit("token.create", $"token:{id}", name, null, new { Owner = owner.UserName, Scope = scope, Until = now + life });
        await write.Commit(cancel);
        return token;
    }

    /// <summary>Whether the settings let a token live that long; null is for ever.</summary>
    internal bool MayLive(TimeSpan? life) => options.Value.TokenLongestDays is not (> 0 and var most) || life <= TimeSpan.FromDays(most);

    /// <summary>The tokens of a person that are not revoked, the newest first, after the one named; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<ApiToken>> Of(Guid personId, Guid? after, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<ApiToken>(new("""
            select id, name, prefix, scopes, created_at, expires_at, used_at from crucible.token
            where person_id = @personId and revoked_at is null and (@after::uuid is null or id < @after) order by id desc limit @most
            """, new { personId, after, most = Page + 1 }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Ends a token of this person at once; false when there is none such.</summary>
    public async Task<bool> Revoke(Actor actor, Guid personId, Guid id, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var revoked = await write.Connection.QuerySingleOrDefaultAsync<(string Name, string Owner, string[] Scopes)?>(new("""
            update crucible.token k set revoked_at = @now from crucible.person p
            where k.id = @id and k.person_id = @personId and k.revoked_at is null and p.id = k.person_id returning k.name, p.user_name, k.scopes
            """, new { id, personId, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (revoked is not { } token)
            return false;
        write.Audit("token.revoke", $"token:{id}", token.Name, new { token.Owner, token.Scopes });
        write.Tell("crucible", PersonAccessChanged.Topic(personId), new PersonAccessChanged(personId));
        await write.Commit(cancel);
        cache.Forget(personId);
        return true;
    }

    /// <summary>Forgets tokens that ended or were revoked before this; returns how many.</summary>
    public async Task<int> ForgetExpired(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.ExecuteAsync(new("delete from crucible.token where expires_at < @before or revoked_at < @before", new { before }, cancellationToken: cancel));
    }
}
