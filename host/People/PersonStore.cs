using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>What came of a change to a person.</summary>
public enum PersonOutcome
{
    Done,
    NotFound,

    /// <summary>Refused: nobody else could administer this installation then.</summary>
    LastAdmin,
}

/// <summary>People, and what may be done to them. Whatever changes what a person may do tells <see cref="PersonAccessChanged"/>.</summary>
public sealed class PersonStore(Database db, AccessCache cache, TimeProvider time, ILogger<PersonStore> log)
{
    private const string Columns = "id, user_name, display_name, role, password_hash, security_stamp, security_stamp as stamp_read, "
        + "failed_count, locked_until, disabled, signed_in_at";

    public async Task<Person?> Find(Guid id, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Person>(new($"select {Columns} from crucible.person where id = @id", new { id }, cancellationToken: cancel));
    }

    public async Task<Person?> FindByName(string name, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Person>(new(
            $"select {Columns} from crucible.person where lower(user_name) = lower(@name)", new { name }, cancellationToken: cancel));
    }

    /// <summary>False when the name is taken. Called by Identity after its rules; use its manager.</summary>
    internal async Task<bool> Create(Person person, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        var made = await connection.ExecuteAsync(new("""
            insert into crucible.person (id, user_name, display_name, role, password_hash, security_stamp, created_at)
            values (@Id, @UserName, @DisplayName, @Role, @PasswordHash, @SecurityStamp, @Now) on conflict do nothing
            """, new { person.Id, person.UserName, person.DisplayName, Role = Text(person.Role), person.PasswordHash, person.SecurityStamp, Now = time.GetUtcNow() },
            cancellationToken: cancel));
        person.StampRead = person.SecurityStamp;
        return made == 1;
    }

    /// <summary>False when the credentials were changed by somebody else since they were read.</summary>
    internal async Task<bool> SaveCredentials(Person person, CancellationToken cancel)
    {
        await using var write = await db.Write(Actor.System(person.UserName), cancel);
        var saved = await write.Connection.ExecuteAsync(new("""
            update crucible.person set user_name = @UserName, password_hash = @PasswordHash, security_stamp = @SecurityStamp
            where id = @Id and security_stamp = @StampRead
            """, person, cancellationToken: cancel));
        if (saved == 0)
            return false;
        await TellAndCommit(write, person.Id, cancel);
        person.StampRead = person.SecurityStamp;
        return true;
    }

    internal async Task CountFailure(Person person, int each, TimeSpan locked)
    {
        await using var connection = await db.Open(CancellationToken.None);
        (person.FailedCount, var until) = await connection.QuerySingleAsync<(int, DateTime?)>("""
            update crucible.person set failed_count = failed_count + 1, locked_until =
                case when (failed_count + 1) % @each = 0
                     then @now + least(@locked * power(2, least((failed_count + 1) / @each - 1, 10)), interval '1 hour') else locked_until end
            where id = @Id returning failed_count, locked_until
            """, new { person.Id, each, locked, now = time.GetUtcNow() });
        person.LockedUntil = until;
    }

    internal async Task ForgetFailures(Person person)
    {
        await using var connection = await db.Open(CancellationToken.None);
        await connection.ExecuteAsync("update crucible.person set failed_count = 0, locked_until = null where id = @Id", new { person.Id });
        (person.FailedCount, person.LockedUntil) = (0, null);
    }

    /// <summary>Changes the role and ends the person's sessions.</summary>
    public Task<PersonOutcome> SetRole(Actor actor, Guid id, Role role, CancellationToken cancel) =>
        Change(actor, id, "role = @role", new { id, role = Text(role), stamp = Secret.New() }, role != Role.Admin, $"is {Text(role)} now", cancel);

    /// <summary>Shuts a person out: no sessions, no tokens, no sign-in, until enabled again.</summary>
    public Task<PersonOutcome> Disable(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, "disabled = true", new { id, stamp = Secret.New() }, true, "is disabled", cancel);

    /// <summary>Lets a person in again; the tokens work again as well.</summary>
    public Task<PersonOutcome> Enable(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, "disabled = false", new { id, stamp = Secret.New() }, false, "is enabled", cancel);

    /// <summary>Ends all sessions of a person. Tokens are revoked one by one.</summary>
    public Task<PersonOutcome> SignOutEverywhere(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, "role = role", new { id, stamp = Secret.New() }, false, "is signed out everywhere", cancel);

    /// <summary>Sets what others read as the person's name.</summary>
    public async Task Rename(Actor actor, Guid id, string displayName, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        await write.Connection.ExecuteAsync(new("update crucible.person set display_name = @displayName where id = @id", new { id, displayName }, cancellationToken: cancel));
        await TellAndCommit(write, id, cancel);
    }

    /// <summary>Sets the theme: <c>auto</c>, <c>dark</c> or <c>light</c>.</summary>
    public async Task SetTheme(Guid id, string theme, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("update crucible.person set theme = @theme where id = @id", new { id, theme }, cancellationToken: cancel));
    }

    /// <summary>Sets the width of the rail: <c>auto</c>, <c>wide</c> or <c>narrow</c>.</summary>
    public async Task SetRail(Guid id, string rail, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("update crucible.person set rail = @rail where id = @id", new { id, rail }, cancellationToken: cancel));
    }

    // One change at a time while it may cost an admin: two admins who demote each other must not both succeed.
    private async Task<PersonOutcome> Change(Actor actor, Guid id, string set, object values, bool costsAnAdmin, string what, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        if (costsAnAdmin)
        {
            var admins = (await write.Connection.QueryAsync<Guid>(new(
                "select id from crucible.person where role = 'admin' and not disabled order by id for update", cancellationToken: cancel))).AsList();
            if (admins is [var last] && last == id)
                return PersonOutcome.LastAdmin;
        }
        var name = await write.Connection.QuerySingleOrDefaultAsync<string>(new(
            $"update crucible.person set security_stamp = @stamp, {set} where id = @id returning user_name", values, cancellationToken: cancel));
        if (name is null)
            return PersonOutcome.NotFound;
        await write.Connection.ExecuteAsync(new("delete from crucible.session where person_id = @id", new { id }, cancellationToken: cancel));
        await TellAndCommit(write, id, cancel);
        log.PersonChanged(name, what, actor.UserName);
        return PersonOutcome.Done;
    }

    private async Task TellAndCommit(WriteScope write, Guid id, CancellationToken cancel)
    {
        write.Tell("crucible", PersonAccessChanged.Topic(id), new PersonAccessChanged(id));
        await write.Commit(cancel);
        cache.Forget(id);
    }

    private static string Text(Role role) => role.ToString().ToLowerInvariant();
}
