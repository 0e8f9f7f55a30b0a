using Crucible.Data;
using Dapper;

namespace Crucible.Host.Notices;

/// <summary>How one kind of notice reaches a person.</summary>
internal sealed record NoticeChoice(string Kind, bool Bell, bool Mail, bool Push = true);

/// <summary>What people chose about their notices.</summary>
internal sealed class NoticeChoiceStore(Database database)
{
    public async Task<IReadOnlyDictionary<string, NoticeChoice>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<NoticeChoice>(new("select kind, bell, mail, push from crucible.notice_choice where person_id = @person", new { person }, cancellationToken: cancel)))
            .ToDictionary(c => c.Kind);
    }

    public async Task Set(Guid person, IReadOnlyCollection<NoticeChoice> choices, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into crucible.notice_choice (person_id, kind, bell, mail, push)
            select @person, * from unnest(@kinds, @bells, @mails, @pushes)
            on conflict (person_id, kind) do update set bell = excluded.bell, mail = excluded.mail, push = excluded.push
            """, new { person, kinds = choices.Select(c => c.Kind).ToArray(), bells = choices.Select(c => c.Bell).ToArray(), mails = choices.Select(c => c.Mail).ToArray(), pushes = choices.Select(c => c.Push).ToArray() },
            cancellationToken: cancel));
    }
}
