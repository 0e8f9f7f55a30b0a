using Crucible.Data;
using Crucible.Host.Security;
using Crucible.People;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>Turns a proof into an <see cref="Access"/>: one statement, nothing remembered.</summary>
public sealed class AccessStore(Database db, SessionStore sessions, Permissions permissions, IOptions<PeopleOptions> options, TimeProvider time)
{
    // Where the settings want two-factor of admins, one without it is no admin yet: by session, by token and by password.
    private const string RoleNow = "case when p.role = 'admin' and @SecondFactor and p.two_factor_key is null then 'member' else p.role end";

    // An admin's teams are all of them, so that a token capped below admin still reaches what its owner reaches:
    // a scope narrows what may be done, not where.
    private static readonly string WhoAndWhere = $"""
        p.id, p.user_name, p.display_name, {RoleNow} as role, p.role = 'admin' as is_admin, p.theme, p.rail, {GrantStore.Of("p")} as grants,
        array(select t.id from crucible.team t left join crucible.membership m on m.team_id = t.id and m.person_id = p.id
              where t.id <> @Everyone and ({RoleNow} = 'admin' or m.person_id is not null) order by lower(t.name)) as read_teams,
        array(select t.id from crucible.team t left join crucible.membership m on m.team_id = t.id and m.person_id = p.id
              where t.id <> @Everyone and ({RoleNow} = 'admin' or m.may_write) order by lower(t.name)) as write_teams,
        (select t.id from crucible.team t join crucible.membership m on m.team_id = t.id
              where m.person_id = p.id and m.may_write and t.id <> @Everyone order by lower(t.name) limit 1) as home_team
        """;

    /// <summary>The access of a browser session, which this keeps alive.</summary>
    /// <param name="id">SHA-256 of the key in the cookie, as lower-case hexadecimal digits.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Access?> BySession(string id, CancellationToken cancel)
    {
        var row = await One($"""
            select {WhoAndWhere}, s.seen_at
            from crucible.session s join crucible.person p on p.id = s.person_id
            where s.id = @id and s.expires_at > @now and s.stamp = p.security_stamp and not p.disabled
            """, new { id, Actor.Everyone, SecondFactor, now = time.GetUtcNow() }, cancel);
        if (row is null)
            return null;
        if (sessions.IsStale(row.SeenAt))
            await sessions.Touch([id], cancel);
        return Give(row, CredentialKind.Session, id, null);
    }

    /// <summary>The access of an API token.</summary>
    public async Task<Access?> ByToken(byte[] hash, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var row = await One($"""
            select {WhoAndWhere}, k.id as token_id, k.scopes, coalesce(k.used_at, '-infinity') as seen_at
            from crucible.token k join crucible.person p on p.id = k.person_id
            where k.hash = @hash and k.revoked_at is null and (k.expires_at is null or k.expires_at > @now) and not p.disabled
            """, new { hash, Actor.Everyone, SecondFactor, now }, cancel);
        if (row is null)
            return null;
        if (sessions.IsStale(row.SeenAt))
            await MarkUsed(row.TokenId, now, cancel);
        return Give(row, CredentialKind.Token, row.TokenId.ToString(), row.Scopes);
    }

    /// <summary>Whether a proof still holds, and what it gives now. Null: whatever was opened with it must close.</summary>
    public async Task<Access?> Again(Credential proof, CancellationToken cancel)
    {
        if (proof.Kind == CredentialKind.Session)
            return await BySession(proof.Id, cancel);
        var parameters = new { person = proof.PersonId, id = proof.Id, Actor.Everyone, SecondFactor, now = time.GetUtcNow() };
        if (proof.Kind == CredentialKind.Password)
            return Give(await One($"select {WhoAndWhere} from crucible.person p where p.id = @person and p.security_stamp = @id and not p.disabled and p.two_factor_key is null",
                parameters, cancel), proof.Kind, proof.Id, null);
        var row = await One($"""
            select {WhoAndWhere}, k.scopes
            from crucible.token k join crucible.person p on p.id = k.person_id
            where k.id = @id::uuid and k.revoked_at is null and (k.expires_at is null or k.expires_at > @now) and not p.disabled
            """, parameters, cancel);
        return Give(row, proof.Kind, proof.Id, row?.Scopes);
    }

    private bool SecondFactor => options.Value.AdminsNeedTwoFactor;

    /// <summary>A person as an actor, for what is written for them while they are away. Null when they are gone or disabled.</summary>
    public async Task<Actor?> ActorOf(Guid person, CancellationToken cancel) =>
        Give(await One($"select {WhoAndWhere} from crucible.person p where p.id = @person and not p.disabled", new { person, Actor.Everyone, SecondFactor }, cancel),
            CredentialKind.Password, "", null)?.Actor;

    private Access? Give(Row? row, CredentialKind kind, string id, string[]? scopes)
    {
        if (row is null)
            return null;
        var role = scopes is null ? row.Role : Scopes.Cap(row.Role, scopes);
        var actor = new Actor(row.Id, row.UserName, row.DisplayName, role, [Actor.Everyone, .. row.ReadTeams],
            role >= Role.Member ? [Actor.Everyone, .. row.WriteTeams] : [], row.HomeTeam ?? Actor.Everyone)
        {
            Grants = scopes is null ? row.Grants : Scopes.Named(row.Role, row.Grants, scopes, permissions.All),
        };
        return new(actor, new(kind, id, row.Id), row.Theme) { WaitsForSecondFactor = row.IsAdmin && row.Role != Role.Admin, Rail = row.Rail };
    }

    private async Task<Row?> One(string sql, object parameters, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Row>(new(sql, parameters, cancellationToken: cancel));
    }

    private async Task MarkUsed(Guid token, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("update crucible.token set used_at = @now where id = @token", new { token, now }, cancellationToken: cancel));
    }

    private sealed class Row
    {
        public Guid Id { get; init; }
        public string UserName { get; init; } = "";
        public string DisplayName { get; init; } = "";
        public Role Role { get; init; }
        public bool IsAdmin { get; init; }
        public string[] Grants { get; init; } = [];
        public string Theme { get; init; } = "auto";
        public string Rail { get; init; } = "auto";
        public Guid[] ReadTeams { get; init; } = [];
        public Guid[] WriteTeams { get; init; } = [];
        public Guid? HomeTeam { get; init; }
        public DateTime SeenAt { get; init; }
        public Guid TokenId { get; init; }
        public string[] Scopes { get; init; } = [];
    }
}
