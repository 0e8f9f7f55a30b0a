using Crucible.Data;
using Crucible.Live;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Mail;

/// <summary>A mail as it is written.</summary>
/// <param name="Kind">What it is for: a notice kind, <c>crucible.digest</c>, <c>crucible.mail-proof</c>.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">All of it, in plain text.</param>
/// <param name="Html">The same, for those who like it so.</param>
internal sealed record OutgoingMail(string Kind, string Subject, string Text, string Html)
{
    public Guid PersonId { get; init; }
    public string Recipient { get; init; } = "";

    /// <summary>One mail for one thing, however often it is asked for.</summary>
    public string? Key { get; init; }
}

/// <summary>A mail waits in the outbox. The reaction to it stores the run that sends it.</summary>
internal sealed record MailQueued(Guid MailId)
{
    public static readonly Topic Topic = new("mail", "all");
}

/// <summary>The outbox: a mail is part of the write that causes it, and is sent by a job.</summary>
internal sealed class MailStore(Database database, IOptions<SmtpOptions> options, TimeProvider time)
{
    // Longer than an attempt may take: what was taken before that was taken by a host that died.
    private static readonly TimeSpan Held = TimeSpan.FromMinutes(6);

    /// <summary>Whether there is a mail server at all; without one no page speaks of mail.</summary>
    public bool Offered => options.Value.IsSet;

    /// <summary>Puts a mail into the outbox; nothing when its key is there already.</summary>
    public async Task Add(WriteScope write, OutgoingMail mail, CancellationToken cancel)
    {
        var id = Guid.CreateVersion7();
        var added = await write.Connection.ExecuteAsync(new("""
            insert into crucible.mail (id, person_id, recipient, kind, key, subject, text, html, at)
            values (@id, @PersonId, @Recipient, @Kind, @Key, @Subject, @Text, @Html, @now) on conflict (key) do nothing
            """, new { id, mail.PersonId, mail.Recipient, mail.Kind, mail.Key, mail.Subject, mail.Text, mail.Html, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (added > 0)
            write.Tell("crucible", MailQueued.Topic, new MailQueued(id));
    }

    /// <summary>Takes a mail to send it. Null when it is sent, refused or gone.</summary>
    /// <exception cref="InvalidOperationException">Another run has it in hand; try again later.</exception>
    public async Task<OutgoingMail?> Take(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var now = time.GetUtcNow();
        var taken = await connection.QuerySingleOrDefaultAsync<OutgoingRow>(new("""
            update crucible.mail set taken_at = @now where id = @id and state = 'queued' and (taken_at is null or taken_at < @now - @Held)
            returning kind, subject, text, html, person_id, recipient
            """, new { id, now, Held }, cancellationToken: cancel));
        if (taken is not null)
            return new(taken.Kind, taken.Subject, taken.Text, taken.Html) { PersonId = taken.PersonId, Recipient = taken.Recipient };
        if (await connection.QuerySingleAsync<bool>(new("select exists (select from crucible.mail where id = @id and state = 'queued')", new { id }, cancellationToken: cancel)))
            throw new InvalidOperationException("Another run has this mail in hand.");
        return null;
    }

    /// <summary>Notes what came of it; what stood in the mail goes once nobody will try again.</summary>
    public async Task Note(Guid id, MailOutcome outcome, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            update crucible.mail set taken_at = null, error = @Why, state = @state, ended_at = case when @Final then @now end,
                text = case when not @Final then text end, html = case when not @Final then html end
            where id = @id
            """, new { id, outcome.Why, outcome.Final, state = outcome.Sent ? "sent" : outcome.Final ? "refused" : "queued", now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Removes mails older than this, sent or not.</summary>
    public async Task<long> Forget(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition(
            "delete from crucible.mail where id = any(array(select id from crucible.mail where at < @olderThan limit 10000))", new { olderThan }, cancellationToken: cancel)));
    }

    private sealed class OutgoingRow
    {
        public string Kind { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Text { get; init; } = "";
        public string Html { get; init; } = "";
        public Guid PersonId { get; init; }
        public string Recipient { get; init; } = "";
    }
}
