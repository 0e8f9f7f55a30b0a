using Crucible.Data;
using Crucible.Host.Mail;
using Crucible.Host.Push;
using Crucible.Host.Security;
using Crucible.Notices;
using Crucible.People;
using Crucible.Ui.Text;
using Dapper;

namespace Crucible.Host.Notices;

/// <summary>Somebody has a further notice, or has read one. Told on the person's topic.</summary>
internal sealed record NoticesChanged;

/// <summary>Writes notices, each with its mail and its messages to browsers, as part of the write that causes them.</summary>
internal sealed class NoticeStore(NoticeKinds kinds, Permissions permissions, MailText texts, MailStore mails, PushStore pushes, TimeProvider time) : INotices
{
    // A loop of failing runs must not fill a mailbox; behind the bell they are all there.
    private const int MostMailsAnHour = 20;
    private const int MostPushesAnHour = 60;

    public Task Notify(WriteScope write, Guid person, Notice notice, CancellationToken cancel) => Add(write, [person], notice, cancel);

    public async Task NotifyHolders(WriteScope write, string permission, Notice notice, CancellationToken cancel)
    {
        var roles = Enum.GetValues<Role>().Where(r => permissions.Allows(Actor.System(permission) with { Role = r }, permission)).Select(r => r.ToString().ToLowerInvariant()).ToArray();
        var holders = await write.Connection.QueryAsync<Guid>(new("""
            select p.id from crucible.person p where not p.disabled
                and (p.role = any(@roles) or exists (select from crucible.grant g where g.person_id = p.id and g.permission = @permission))
            """, new { roles, permission }, cancellationToken: cancel));
        await Add(write, [.. holders], notice, cancel);
    }

    private async Task Add(WriteScope write, Guid[] persons, Notice notice, CancellationToken cancel)
    {
        var kind = kinds.Find(notice.Kind);
        notice = notice with { Title = Line(notice.Title, 200), Text = notice.Text is { } text ? Line(text, 500) : null };
        var told = await write.Connection.QueryAsync<(Guid Person, bool Rings, bool Pushes, string? Address)>(new(Insert, new
        {
            persons,
            notice.Kind,
            key = notice.Key is { } key ? Line(key, 200) : null,
            notice.Title,
            notice.Text,
            notice.Url,
            notice.Status,
            notice.Once,
            unless = notice.Unless.ToArray(),
            notice.Times,
            kind.Always,
            byMail = kind.Mail && mails.Offered,
            Offered = mails.Offered && !notice.BellOnly,
            byPush = pushes.Offered && !notice.NoPush && !kind.MailOnly,
            MostMailsAnHour,
            MostPushesAnHour,
            now = time.GetUtcNow(),
        }, cancellationToken: cancel));
        foreach (var (person, rings, byPush, address) in told)
        {
            if (rings)
                write.Tell("crucible", PersonAccessChanged.Topic(person), new NoticesChanged());
            if (byPush)
                await pushes.Send(write, person, notice, cancel);
            if (address is not null)
                await mails.Add(write, texts.Of(notice) with { PersonId = person, Recipient = address }, cancel);
        }
    }

    // One line, and no NUL, which PostgreSQL cannot hold.
    private static string Line(string text, int most) => Cut.To(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)), most);

    // One that is only mailed or pushed is kept as read, for the list and for those that come once.
    private const string Insert = """
        with wanted as materialized (
            select p.id, coalesce(c.bell, true) or @Always as bell,
                @byPush and coalesce(c.push, true) and exists (select from crucible.push_subscription b where b.person_id = p.id)
                    and (select count(*) from crucible.push m where m.person_id = p.id and m.at > @now - interval '1 hour') < @MostPushesAnHour as push,
                case when coalesce(c.mail, @byMail) and @Offered
                    and (select count(*) from crucible.mail m where m.person_id = p.id and m.at > @now - interval '1 hour') < @MostMailsAnHour then a.address end as address
            from crucible.person p
            left join crucible.notice_choice c on c.person_id = p.id and c.kind = @Kind
            left join crucible.mail_address a on a.person_id = p.id
            where p.id = any(@persons) and not p.disabled
                and not (@Once and exists (select from crucible.notice n where n.person_id = p.id and n.kind = @Kind and n.key = @key))
                and not exists (select from crucible.notice n where n.person_id = p.id and n.kind = any(@unless) and n.url = @Url and n.status is not distinct from @Status and n.at > @now - interval '30 minutes')
        ), old as (
            delete from crucible.notice n using wanted w
            where n.person_id = w.id and n.kind = @Kind and n.key = @key and n.read_at is null returning n.person_id, n.times
        ), made as (
            insert into crucible.notice (person_id, kind, key, title, text, url, status, times, at, read_at)
            select w.id, @Kind, @key, @Title, @Text, @Url, @Status, coalesce(o.times, 0) + @Times, @now, case when not w.bell then @now end
            from wanted w left join old o on o.person_id = w.id where w.bell or w.push or w.address is not null
        )
        select id, bell, push, address from wanted where bell or push or address is not null
        """;
}
