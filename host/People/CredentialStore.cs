using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>
/// What people prove themselves with: password hashes, keys of authenticator apps, recovery codes, and how often a proof
/// was wrong. Whatever is good once is spent in one statement, so that of two who come together one gets in.
/// </summary>
public sealed class CredentialStore(Database db, AccessCache cache, TimeProvider time)
{
    /// <summary>False when the name is taken. Called by Identity after its rules; use its manager.</summary>
    internal async Task<bool> Create(Person person, CancellationToken cancel)
    {
        var because = person.Because ?? new(Actor.System("crucible"), "person.create");
        await using var write = await db.Write(because.Actor, cancel);
        var made = await write.Connection.ExecuteAsync(new("""
            insert into crucible.person (id, user_name, display_name, email, role, password_hash, security_stamp, created_at)
            values (@Id, @UserName, @DisplayName, @Email, @Role, @PasswordHash, @SecurityStamp, @Now) on conflict do nothing
            """, new { person.Id, person.UserName, person.DisplayName, person.Email, Role = PersonStore.Text(person.Role), person.PasswordHash, person.SecurityStamp, Now = time.GetUtcNow() },
            cancellationToken: cancel));
        if (made == 0)
            return false;
        write.Audit(because.Action, PersonStore.Subject(person.Id), person.UserName, because.Before, because.After ?? new { Role = PersonStore.Text(person.Role) });
        await write.Commit(cancel);
        (person.StampRead, person.Because) = (person.SecurityStamp, null);
        return true;
    }

    /// <summary>False when the credentials were changed by somebody else since they were read.</summary>
    internal async Task<bool> Save(Person person, CancellationToken cancel)
    {
        var because = person.Because ?? new(Actor.System(person.UserName), "person.credentials");
        await using var write = await db.Write(because.Actor, cancel);
        var saved = await write.Connection.ExecuteAsync(new("""
            update crucible.person set user_name = @UserName, password_hash = @PasswordHash, security_stamp = @SecurityStamp, two_factor_key = @TwoFactorKey
            where id = @Id and security_stamp = @StampRead
            """, person, cancellationToken: cancel));
        if (saved == 0)
            return false;
        if (!person.TwoFactor || person.NewRecoveryCodes is not null)
            await write.Connection.ExecuteAsync(new("""
                with old as (delete from crucible.recovery_code where person_id = @Id and not hash = any(@codes))
                insert into crucible.recovery_code (person_id, hash) select @Id, unnest(@codes)
                """, new { person.Id, codes = person.NewRecoveryCodes?.ToArray() ?? [] }, cancellationToken: cancel));
        write.Audit(because.Action, PersonStore.Subject(person.Id), person.UserName, because.Before, because.After);
        write.Tell("crucible", PersonAccessChanged.Topic(person.Id), new PersonAccessChanged(person.Id));
        await write.Commit(cancel);
        cache.Forget(person.Id);
        (person.StampRead, person.NewRecoveryCodes, person.Because) = (person.SecurityStamp, null, null);
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

    /// <summary>Takes the code of a time step; false when that step or a later one was taken before.</summary>
    internal async Task<bool> TakeStep(Guid person, long step)
    {
        await using var connection = await db.Open(CancellationToken.None);
        return await connection.ExecuteAsync("update crucible.person set two_factor_step = @step where id = @person and two_factor_step < @step", new { person, step }) == 1;
    }

    /// <summary>Spends a recovery code; false when it is none, or spent.</summary>
    internal async Task<bool> TakeRecoveryCode(Guid person, byte[] hash, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.ExecuteAsync(new("delete from crucible.recovery_code where person_id = @person and hash = @hash", new { person, hash }, cancellationToken: cancel)) == 1;
    }

    /// <summary>How many recovery codes are left.</summary>
    internal async Task<int> RecoveryCodes(Guid person, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleAsync<int>(new("select count(*)::int from crucible.recovery_code where person_id = @person", new { person }, cancellationToken: cancel));
    }
}
