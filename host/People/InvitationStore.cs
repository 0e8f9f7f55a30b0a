using Crucible.Data;
using Crucible.Host.Security;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>What an invitation offers.</summary>
public sealed record Invitation
{
    public Guid Id { get; init; }

    /// <summary>The person it is for when they exist already, without a password.</summary>
    public Guid? PersonId { get; init; }
    public string? UserName { get; init; }
    public string? DisplayName { get; init; }
    public string? Email { get; init; }
    public Role Role { get; init; }

    /// <summary>Names of the teams, where who accepts may write unless the role only reads.</summary>
    public string[] Teams { get; init; } = [];
    public string CreatedBy { get; init; } = "";
    public DateTime CreatedAt { get; init; }
    public DateTime ExpiresAt { get; init; }
    public DateTime? RevokedAt { get; init; }
    public DateTime? UsedAt { get; init; }
    public Guid? UsedBy { get; init; }
    public string? UsedByName { get; init; }
}

/// <summary>What came of accepting an invitation.</summary>
public enum AcceptOutcome { Done, Over, NameTaken }

/// <summary>Invitations: links that make somebody a person here, once, until they end or are revoked.</summary>
public sealed class InvitationStore(Database db, SignedLinks links, Permissions permissions, AccessCache cache, TimeProvider time)
{
    internal const string Kind = "invitation";
    internal const int Page = 50;
    private const string Columns = """
        i.id, i.person_id, coalesce(p.user_name, i.user_name) as user_name, coalesce(p.display_name, i.display_name) as display_name, i.email, i.role, i.created_by, i.created_at, i.expires_at, i.revoked_at,
        i.used_at, i.used_by, u.display_name as used_by_name,
        array(select t.name from crucible.invitation_team it join crucible.team t on t.id = it.team_id where it.invitation_id = i.id order by lower(t.name)) as teams
        from crucible.invitation i left join crucible.person p on p.id = i.person_id left join crucible.person u on u.id = i.used_by
        """;

    /// <summary>Makes an invitation and returns its link, <c>/account/invitation#…</c>, which is kept nowhere.</summary>
    public async Task<(PersonOutcome Outcome, string? Link)> Create(Actor actor, Invitation offer, IReadOnlyCollection<Guid> teams, TimeSpan life, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var (code, hash) = links.Make(Kind, now + life);
        var id = Guid.CreateVersion7();
        await using var write = await db.Write(actor, cancel);
        var grants = offer.PersonId is { } person ? await write.Connection.QuerySingleAsync<string[]>(new(
            $"select {GrantStore.Of("p")} from crucible.person p where p.id = @person", new { person }, cancellationToken: cancel)) : [];
        if (!permissions.Covers(actor, offer.Role, grants))
            return (PersonOutcome.Beyond, null);
        await write.Connection.ExecuteAsync(new("""
            insert into crucible.invitation (id, hash, person_id, user_name, display_name, email, role, created_by, created_at, expires_at)
            values (@id, @hash, @PersonId, @UserName, @DisplayName, @Email, @role, @by, @now, @until);
            insert into crucible.invitation_team (invitation_id, team_id) select @id, t.id from crucible.team t where t.id = any(@teams) and t.id <> @Everyone;
            """, new
        {
            id,
            hash,
            offer.PersonId,
            offer.UserName,
            offer.DisplayName,
            offer.Email,
            role = PersonStore.Text(offer.Role),
            by = actor.UserName,
            now,
            until = now + life,
            teams = teams.ToArray(),
            Actor.Everyone,
        }, cancellationToken: cancel));
        write.Audit("invitation.create", $"invitation:{id}", offer.UserName ?? offer.DisplayName ?? "a new person", null, new { Role = PersonStore.Text(offer.Role), Teams = teams, offer.Email, Until = now + life });
        await write.Commit(cancel);
        return (PersonOutcome.Done, "/account/invitation#" + code);
    }

    /// <summary>Invitations, the newest first, after the one named; one more than a page when there are more.</summary>
    /// <param name="open">Those that can still be used, or those that cannot.</param>
    /// <param name="after">The last one seen.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<Invitation>> List(bool open, Guid? after, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Invitation>(new($"""
            select {Columns}
            where (i.used_at is null and i.revoked_at is null and i.expires_at > @now) = @open and (@after::uuid is null or i.id < @after)
            order by i.id desc limit @most
            """, new { open, after, now = time.GetUtcNow(), most = Page + 1 }, cancellationToken: cancel))).AsList();
    }

    /// <summary>What a code invites to, without spending it; null when it is over or none.</summary>
    internal async Task<Invitation?> Look(string? code, CancellationToken cancel)
    {
        if (links.Open(Kind, code) is not { } hash)
            return null;
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Invitation>(new($"""
            select {Columns} where i.hash = @hash and i.used_at is null and i.revoked_at is null and i.expires_at > @now
            """, new { hash, now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Ends an invitation; false when it was used or had ended.</summary>
    public async Task<bool> Revoke(Actor actor, Guid id, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var name = await write.Connection.QuerySingleOrDefaultAsync<string>(new("""
            update crucible.invitation set revoked_at = @now where id = @id and used_at is null and revoked_at is null and expires_at > @now
            returning coalesce(user_name, display_name, 'a new person')
            """, new { id, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (name is null)
            return false;
        write.Audit("invitation.revoke", $"invitation:{id}", name);
        await write.Commit(cancel);
        return true;
    }

    /// <summary>
    /// Spends an invitation: the person, the teams and the end of the invitation in one write. Identity's rules about names and
    /// passwords were asked before; <paramref name="person"/> holds what came of them.
    /// </summary>
    internal async Task<AcceptOutcome> Accept(Person person, string? code, string? address, CancellationToken cancel)
    {
        if (links.Open(Kind, code) is not { } hash)
            return AcceptOutcome.Over;
        var now = time.GetUtcNow();
        await using var write = await db.Write(Visitors.Themselves(person, address), cancel);
        var invitation = await write.Connection.QuerySingleOrDefaultAsync<Invitation>(new("""
            update crucible.invitation set used_at = @now where hash = @hash and used_at is null and revoked_at is null and expires_at > @now
            returning id, person_id, role, email, created_by
            """, new { hash, now }, cancellationToken: cancel));
        if (invitation is null || invitation.PersonId is { } expected && expected != person.Id)
            return AcceptOutcome.Over;
        var saved = await write.Connection.ExecuteAsync(new(invitation.PersonId is null
            ? """
              insert into crucible.person (id, user_name, display_name, email, role, password_hash, security_stamp, created_at)
              select @Id, @UserName, @DisplayName, (select @email::text where not exists (select from crucible.person where lower(email) = lower(@email))), @role, @PasswordHash, @SecurityStamp, @now
              on conflict do nothing
              """
            : "update crucible.person set display_name = @DisplayName, password_hash = @PasswordHash, security_stamp = @SecurityStamp where id = @Id and password_hash is null and not disabled",
            new { person.Id, person.UserName, person.DisplayName, person.PasswordHash, person.SecurityStamp, email = invitation.Email, role = PersonStore.Text(invitation.Role), now }, cancellationToken: cancel));
        if (saved == 0)
            return invitation.PersonId is null ? AcceptOutcome.NameTaken : AcceptOutcome.Over;
        await write.Connection.ExecuteAsync(new("""
            insert into crucible.membership (team_id, person_id, may_write) select team_id, @Id, @writes from crucible.invitation_team where invitation_id = @invitation on conflict do nothing;
            update crucible.invitation set used_by = @Id where id = @invitation;
            """, new { person.Id, invitation = invitation.Id, writes = invitation.Role >= Role.Member }, cancellationToken: cancel));
        write.Audit("invitation.accept", $"invitation:{invitation.Id}", person.UserName, null, new { InvitedBy = invitation.CreatedBy });
        write.Audit(invitation.PersonId is null ? "person.create" : "person.password.set", PersonStore.Subject(person.Id), person.UserName, null, new { Role = PersonStore.Text(invitation.Role) });
        write.Tell("crucible", PersonAccessChanged.Topic(person.Id), new PersonAccessChanged(person.Id));
        await write.Commit(cancel);
        cache.Forget(person.Id);
        (person.Role, person.StampRead) = (invitation.Role, person.SecurityStamp);
        return AcceptOutcome.Done;
    }

    /// <summary>Forgets invitations that ended, in whatever way, before this; returns how many.</summary>
    public async Task<int> ForgetExpired(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.ExecuteAsync(new("delete from crucible.invitation where expires_at < @before or revoked_at < @before or used_at < @before", new { before }, cancellationToken: cancel));
    }
}
