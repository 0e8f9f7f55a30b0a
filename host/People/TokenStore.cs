using Crucible.Data;
using Crucible.Modules;
using Crucible.People;
using Dapper;

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
public sealed class TokenStore(Database db, AccessCache cache, IEnumerable<Permission> permissions, TimeProvider time)
{
    /// <summary>Makes a token. Null when the person's role does not reach the scope.</summary>
    /// <param name="owner">Whose token it is.</param>
    /// <param name="name">What it is for, 1 to 80 characters.</param>
    /// <param name="scope"><c>read</c>, <c>write</c>, <c>admin</c> or the name of a permission.</param>
    /// <param name="life">How long it is good for; null for ever.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<string?> Create(Person owner, string name, string scope, TimeSpan? life, CancellationToken cancel)
    {
        if (!People.Scopes.MayGive(owner.Role, scope, permissions))
            return null;
        var token = Secret.NewToken();
        var now = time.GetUtcNow();
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into crucible.token (id, person_id, name, hash, prefix, scopes, created_at, expires_at)
            values (@id, @owner, @name, @hash, @prefix, @scopes, @now, @until)
            """, new
        {
            id = Guid.CreateVersion7(),
            owner = owner.Id,
            name,
            hash = Secret.Hash(token),
            prefix = token[..(Secret.TokenPrefix.Length + 4)],
            scopes = new[] { scope },
            now,
            until = now + life,
        }, cancellationToken: cancel));
        return token;
    }

    /// <summary>The tokens of a person that are not revoked, the newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> Of(Guid personId, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<ApiToken>(new("""
            select id, name, prefix, scopes, created_at, expires_at, used_at from crucible.token
            where person_id = @personId and revoked_at is null order by id desc limit 200
            """, new { personId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Ends a token of this person at once; false when there is none such.</summary>
    public async Task<bool> Revoke(Actor actor, Guid personId, Guid id, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var revoked = await write.Connection.ExecuteAsync(new(
            "update crucible.token set revoked_at = @now where id = @id and person_id = @personId and revoked_at is null",
            new { id, personId, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (revoked == 0)
            return false;
        write.Tell("crucible", PersonAccessChanged.Topic(personId), new PersonAccessChanged(personId));
        await write.Commit(cancel);
        cache.Forget(personId);
        return true;
    }
}
