using Crucible.Data;
using Crucible.Host.Security;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>People, and what may be done to them. Whatever changes what a person may do tells <see cref="PersonAccessChanged"/>.</summary>
public sealed class PersonStore(Database db, AccessCache cache, Permissions permissions, ILogger<PersonStore> log)
{
    private const string Columns = "id, user_name, display_name, email, role, password_hash, security_stamp, security_stamp as stamp_read, "
        + "failed_count, locked_until, disabled, signed_in_at, two_factor_key";

    public async Task<Person?> Find(Guid id, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Person>(new($"select {Columns} from crucible.person where id = @id", new { id }, cancellationToken: cancel));
    }

    public async Task<Person?> FindByName(string name, CancellationToken cancel)
    {
        // What somebody typed at the door, or a program sent: nobody's name, and nothing PostgreSQL would take.
        if (name.Contains('\0', StringComparison.Ordinal))
            return null;
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Person>(new(
            $"select {Columns} from crucible.person where lower(user_name) = lower(@name)", new { name }, cancellationToken: cancel));
    }

    public async Task<Person?> FindByEmail(string email, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Person>(new(
            $"select {Columns} from crucible.person where lower(email) = lower(@email)", new { email }, cancellationToken: cancel));
    }

    /// <summary>Changes the role and ends the person's sessions.</summary>
    public Task<PersonOutcome> SetRole(Actor actor, Guid id, Role role, CancellationToken cancel) =>
        Change(actor, id, new("person.role", "role = @role, security_stamp = @stamp")
        {
            Role = role,
            CostsAnAdmin = role != Role.Admin,
            Before = p => new { Role = Text(p.Role) },
            After = new { Role = Text(role) },
        }, cancel);

    /// <summary>Shuts a person out: no sessions, no tokens, no sign-in, until enabled again.</summary>
    public Task<PersonOutcome> Disable(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, new("person.disable", "disabled = true, security_stamp = @stamp") { CostsAnAdmin = true, Before = p => new { p.Disabled }, After = new { Disabled = true } }, cancel);

    /// <summary>Lets a person in again; the tokens work again as well.</summary>
    public Task<PersonOutcome> Enable(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, new("person.enable", "disabled = false, security_stamp = @stamp") { Before = p => new { p.Disabled }, After = new { Disabled = false } }, cancel);

    /// <summary>Ends all sessions of a person. Tokens are revoked one by one.</summary>
    public Task<PersonOutcome> SignOutEverywhere(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, new("person.sign-out-everywhere", "security_stamp = @stamp"), cancel);

    /// <summary>Ends the lock that wrong passwords have put on an account, and forgets them.</summary>
    public Task<PersonOutcome> Unlock(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, new("person.unlock", "failed_count = 0, locked_until = null") { KeepsSessions = true, Before = p => new { p.FailedCount, p.LockedUntil }, After = new { FailedCount = 0 } }, cancel);

    /// <summary>Takes the second factor away, for somebody who has lost the app and the recovery codes.</summary>
    public Task<PersonOutcome> ResetTwoFactor(Actor actor, Guid id, CancellationToken cancel) =>
        Change(actor, id, new("person.two-factor.reset", "two_factor_key = null, security_stamp = @stamp")
        {
            Before = p => new { TwoFactor = p.TwoFactorKey is not null },
            After = new { TwoFactor = false },
            And = "delete from crucible.recovery_code where person_id = @id",
        }, cancel);

    /// <summary>Sets the e-mail by which accounts at providers may be recognised; null for none.</summary>
    public Task<PersonOutcome> SetEmail(Actor actor, Guid id, string? email, CancellationToken cancel) =>
        Change(actor, id, new("person.email", "email = @email") { KeepsSessions = true, Email = email, Before = p => new { p.Email }, After = new { Email = email } }, cancel);

    /// <summary>Sets what others read as the person's name.</summary>
    public async Task Rename(Actor actor, Guid id, string displayName, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var (name, before) = await write.Connection.QuerySingleAsync<(string, string)>(new(
            "select user_name, display_name from crucible.person where id = @id for update", new { id }, cancellationToken: cancel));
        await write.Connection.ExecuteAsync(new("update crucible.person set display_name = @displayName where id = @id", new { id, displayName }, cancellationToken: cancel));
        write.Audit("person.rename", Subject(id), name, new { DisplayName = before }, new { DisplayName = displayName });
        await TellAndCommit(write, id, cancel);
    }

    /// <summary>Sets the theme: <c>auto</c>, <c>dark</c> or <c>light</c>.</summary>
    public async Task SetTheme(Guid id, string theme, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("update crucible.person set theme = @theme where id = @id", new { id, theme }, cancellationToken: cancel));
        cache.Forget(id);
    }

    /// <summary>Sets the width of the rail: <c>auto</c>, <c>wide</c> or <c>narrow</c>.</summary>
    public async Task SetRail(Guid id, string rail, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("update crucible.person set rail = @rail where id = @id", new { id, rail }, cancellationToken: cancel));
        cache.Forget(id);
    }

    // Whoever acts, whoever it is done to and every admin are locked first, in one order: two admins who demote each other come
    // one after the other, and the second finds the own role gone.
    private async Task<PersonOutcome> Change(Actor actor, Guid id, Wish wish, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var locked = (await write.Connection.QueryAsync<Locked>(new($"""
            select p.id, p.user_name, p.role, p.disabled, p.failed_count, p.locked_until, p.email, p.two_factor_key, {GrantStore.Of("p")} as grants,
                p.password_hash is not null or exists (select from crucible.identity i where i.person_id = p.id) as can_sign_in
            from crucible.person p where (p.role = 'admin' and not p.disabled) or p.id = any(@involved) order by p.id for update of p
            """, new { involved = new[] { id, actor.PersonId ?? id } }, cancellationToken: cancel))).AsList();
        if (locked.Find(p => p.Id == id) is not { } person)
            return PersonOutcome.NotFound;
        if (actor.PersonId is { } me && (locked.Find(p => p.Id == me) is not { Disabled: false } self || self.Role < actor.Role))
            return PersonOutcome.Overtaken;
        if (!permissions.Covers(actor, person.Role, person.Grants) || (wish.Role is { } wished && !permissions.Covers(actor, wished, [])))
            return PersonOutcome.Beyond;
        if (wish.CostsAnAdmin && person is { Role: Role.Admin, Disabled: false } && !locked.Exists(p => p.Id != id && p is { Role: Role.Admin, Disabled: false, CanSignIn: true }))
            return PersonOutcome.LastAdmin;
        if (wish.Email is not null && await write.Connection.QuerySingleAsync<bool>(new(
            "select exists (select from crucible.person where lower(email) = lower(@Email) and id <> @id)", new { wish.Email, id }, cancellationToken: cancel)))
            return PersonOutcome.Taken;
        await write.Connection.ExecuteAsync(new($"update crucible.person set {wish.Set} where id = @id; {wish.And}",
            new { id, stamp = Secret.New(), role = wish.Role is { } role ? Text(role) : null, email = wish.Email }, cancellationToken: cancel));
        if (!wish.KeepsSessions)
            await write.Connection.ExecuteAsync(new("delete from crucible.session where person_id = @id", new { id }, cancellationToken: cancel));
        write.Audit(wish.Action, Subject(id), person.UserName, wish.Before?.Invoke(person), wish.After);
        await TellAndCommit(write, id, cancel);
        log.PersonChanged(person.UserName, wish.Action, actor.UserName);
        return PersonOutcome.Done;
    }

    private async Task TellAndCommit(WriteScope write, Guid id, CancellationToken cancel)
    {
        write.Tell("crucible", PersonAccessChanged.Topic(id), new PersonAccessChanged(id));
        await write.Commit(cancel);
        cache.Forget(id);
    }

    internal static string Text(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>How the audit log calls a person.</summary>
    internal static string Subject(Guid id) => $"person:{id}";

    // Set is a literal of this file, never input.
    private sealed record Wish(string Action, string Set)
    {
        public Role? Role { get; init; }
        public string? Email { get; init; }
        public bool CostsAnAdmin { get; init; }
        public bool KeepsSessions { get; init; }
        public Func<Locked, object>? Before { get; init; }
        public object? After { get; init; }
        public string And { get; init; } = "";
    }

    private sealed class Locked
    {
        public Guid Id { get; init; }
        public string UserName { get; init; } = "";
        public Role Role { get; init; }
        public bool Disabled { get; init; }
        public int FailedCount { get; init; }
        public DateTime? LockedUntil { get; init; }
        public string? Email { get; init; }
        public string? TwoFactorKey { get; init; }
        public string[] Grants { get; init; } = [];
        public bool CanSignIn { get; init; }
    }
}
