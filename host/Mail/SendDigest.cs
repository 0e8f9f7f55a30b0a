using Crucible.Data;
using Crucible.Host.Notices;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Host.Security;
using Crucible.Jobs;
using Crucible.Notices;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Mail;

/// <summary>Writes the weekly mail of everybody who gets one. Running it twice in a week writes none twice.</summary>
internal sealed class SendDigest(PluginCatalogue catalogue, Permissions permissions, Database database, AccessStore accesses, MailStore mails,
    MailText texts, IServiceScopeFactory scopes, TimeProvider time, ILogger<SendDigest> logger) : IBackgroundJob
{
    private const int AtOnce = 100;

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        if (!mails.Offered)
        {
            run.Log("No mail server is set.");
            return;
        }
        var until = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        until = until.AddDays(-(((int)until.DayOfWeek + 6) % 7));
        var week = new Week(until.AddDays(-7), until);
        var written = 0;
        for (var after = Guid.Empty; ;)
        {
            var readers = await Readers(after, cancel);
            foreach (var (person, address) in readers)
                if (await Write(person, address, week, cancel))
                    written++;
            if (readers.Count < AtOnce)
                break;
            after = readers[^1].Person;
        }
        run.Log($"{written} digests of the week from {week.From:d MMMM} are on their way");
    }

    private async Task<IReadOnlyList<(Guid Person, string Address)>> Readers(Guid after, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string)>(new("""
            select p.id, a.address from crucible.person p join crucible.mail_address a on a.person_id = p.id
            left join crucible.notice_choice c on c.person_id = p.id and c.kind = @Digest
            where p.id > @after and not p.disabled and coalesce(c.mail, true) order by p.id limit @AtOnce
            """, new { after, AtOnce, NoticeKinds.Digest }, cancellationToken: cancel))).AsList();
    }

    private async Task<bool> Write(Guid person, string address, Week week, CancellationToken cancel)
    {
        if (await accesses.ActorOf(person, cancel) is not { } actor)
            return false;
        var parts = new List<MailText.Part>();
        foreach (var part in catalogue.Running.SelectMany(o => o.Digest).Where(d => d.Permission is null || permissions.Allows(actor, d.Permission)))
            if (await Lines(part, actor, week, cancel) is { Count: > 0 } lines)
                parts.Add(new(part.Title, lines));
        if (parts.Count == 0)
            return false;
        await using var write = await database.Write(Actor.System("digest"), cancel);
        await mails.Add(write, texts.Write(NoticeKinds.Digest, $"Your week in Crucible, {week.From:d MMMM} to {week.Until.AddDays(-1):d MMMM}", parts) with
        {
            PersonId = person,
            Recipient = address,
            Key = $"digest:{week.From:yyyy-MM-dd}:{person}",
        }, cancel);
        await write.Commit(cancel);
        return true;
    }

    // One plugin's fault leaves its part out; the mail goes with the rest.
    private async Task<IReadOnlyList<DigestLine>> Lines(DigestPart part, Actor actor, Week week, CancellationToken cancel)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await part.Write(scope.ServiceProvider, actor, week, cancel);
        }
        catch (Exception fault) when (!cancel.IsCancellationRequested)
        {
            logger.LogError(fault, "The digest of {Part} could not be written", part.Title);
            return [];
        }
    }
}
