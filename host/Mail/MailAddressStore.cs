using Crucible.Data;
using Crucible.Host.People;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Mail;

/// <summary>Where a person's mails go.</summary>
/// <param name="Address">Proved to be theirs; null when there is none.</param>
/// <param name="Waiting">Waits for its link to be opened; null when none does.</param>
internal sealed record MailAddresses(string? Address, string? Waiting);

/// <summary>
/// Mail addresses, each proved by a link that was sent there. The secret stands behind the <c>#</c>, as in sign-in links, and is
/// worth nothing without the session of whoever asked for it.
/// </summary>
internal sealed class MailAddressStore(Database database, MailStore mails, MailText texts, TimeProvider time)
{
    private const int MostAnHour = 3;
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    public async Task<MailAddresses> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<MailAddresses>(new("""
            select (select address from crucible.mail_address where person_id = @person) as address,
                (select address from crucible.mail_proof where person_id = @person and expires_at > @now order by asked_at desc limit 1) as waiting
            """, new { person, now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Sends a link to an address; false when this person has asked for too many within an hour.</summary>
    public async Task<bool> Ask(Actor actor, Guid person, string address, CancellationToken cancel)
    {
        var secret = Secret.New();
        var now = time.GetUtcNow();
        await using var write = await database.Write(actor, cancel);
        // The row of the person, so that several at once are counted one after the other.
        await write.Connection.ExecuteAsync(new("select from crucible.person where id = @person for update; delete from crucible.mail_proof where expires_at < @now",
            new { person, now }, cancellationToken: cancel));
        var made = await write.Connection.ExecuteAsync(new("""
            insert into crucible.mail_proof (hash, person_id, address, asked_at, expires_at)
            select @hash, @person, @address, @now, @until
            where (select count(*) from crucible.mail_proof where person_id = @person and asked_at > @now - interval '1 hour') < @MostAnHour
            """, new { hash = Secret.Hash(secret), person, address, now, until = now + Life, MostAnHour }, cancellationToken: cancel));
        if (made == 0)
            return false;
        await mails.Add(write, texts.Proof($"/account/mail#{secret}", actor.UserName) with { PersonId = person, Recipient = address }, cancel);
        await write.Commit(cancel);
        return true;
    }

    /// <summary>Spends a link of this person; null when it is unknown, old, spent or another's.</summary>
    public async Task<string?> Prove(Actor actor, Guid person, string secret, CancellationToken cancel)
    {
        if (!Secret.IsOne(secret))
            return null;
        await using var write = await database.Write(actor, cancel);
        var address = await write.Connection.QuerySingleOrDefaultAsync<string>(new("""
            with this as (delete from crucible.mail_proof where hash = @hash and person_id = @person and expires_at > @now returning address),
                others as (delete from crucible.mail_proof where person_id = @person and hash <> @hash and exists (select from this))
            insert into crucible.mail_address (person_id, address, proved_at) select @person, address, @now from this
            on conflict (person_id) do update set address = excluded.address, proved_at = excluded.proved_at returning address
            """, new { hash = Secret.Hash(secret), person, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (address is null)
            return null;
        write.Audit("person.mail.set", $"person:{person}", actor.UserName, null, new { Address = address });
        await write.Commit(cancel);
        return address;
    }

    /// <summary>Forgets the address and whatever waits for proof.</summary>
    public async Task Remove(Actor actor, Guid person, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new("""
            with waiting as (delete from crucible.mail_proof where person_id = @person)
            delete from crucible.mail_address where person_id = @person returning address
            """, new { person }, cancellationToken: cancel));
        if (before is not null)
            write.Audit("person.mail.remove", $"person:{person}", actor.UserName, new { Address = before });
        await write.Commit(cancel);
    }
}
