using Crucible.Data;
using Crucible.Host.People;
using Crucible.People;
using Crucible.Ui;
using Dapper;

namespace Crucible.Host.Notices;

/// <summary>A notice as its reader sees it.</summary>
internal sealed record NoticeLine
{
    public long Id { get; init; }
    public string Kind { get; init; } = "";
    public string Title { get; init; } = "";
    public string? Text { get; init; }
    public string Url { get; init; } = "";
    public string? Status { get; init; }
    public int Times { get; init; }
    public DateTime At { get; init; }
    public DateTime? ReadAt { get; init; }
}

/// <summary>A person's notices: the bell, the list, what is read.</summary>
internal sealed class NoticeListStore(Database database, TimeProvider time)
{
    public const int PageSize = 50;

    private const int BehindBell = 8;
    private const string Columns = "id, kind, title, text, url, status, times, at, read_at";

    /// <summary>The bell of a page. Notices that lead to where the person is now are read.</summary>
    public async Task<BellView> Bell(Guid person, string? here, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var answers = await connection.QueryMultipleAsync(new($"""
            update crucible.notice set read_at = @now where person_id = @person and read_at is null and split_part(url, '#', 1) = @here;
            select count(*)::int from (select from crucible.notice where person_id = @person and read_at is null limit 100) n;
            select {Columns} from crucible.notice where person_id = @person order by id desc limit @BehindBell
            """, new { person, here, BehindBell, now = time.GetUtcNow() }, cancellationToken: cancel));
        var unread = await answers.ReadSingleAsync<int>();
        var newest = await answers.ReadAsync<NoticeLine>();
        return new(unread, [.. newest.Select(Item)]) { Url = "/account/notices/bell", ReadUrl = "/account/notices/read", AllUrl = "/account/notices" };
    }

    /// <summary>A page of the list, and one row more if another page follows.</summary>
    /// <param name="person">Whose.</param>
    /// <param name="before">Ids below this one; null begins with the newest.</param>
    /// <param name="unread">Leaves out what is read.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<NoticeLine>> Page(Guid person, long? before, bool unread, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<NoticeLine>(new($"""
            select {Columns} from crucible.notice
            where person_id = @person and id < @before {(unread ? "and read_at is null" : "")} order by id desc limit @limit
            """, new { person, before = before ?? long.MaxValue, limit = PageSize + 1 }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Marks one notice read, or all of a person's when there is no id.</summary>
    public async Task Read(Actor actor, Guid person, long? id, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var read = await write.Connection.ExecuteAsync(new($"update crucible.notice set read_at = @now where person_id = @person and read_at is null {(id is null ? "" : "and id = @id")}",
            new { person, id, now = time.GetUtcNow() }, cancellationToken: cancel));
        // The other windows of the same person follow.
        if (read > 0)
            write.Tell("crucible", PersonAccessChanged.Topic(person), new NoticesChanged());
        await write.Commit(cancel);
    }

    /// <summary>Removes notices older than this, read or not.</summary>
    public async Task<long> Forget(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition(
            "delete from crucible.notice where id = any(array(select id from crucible.notice where at < @olderThan limit 10000))", new { olderThan }, cancellationToken: cancel)));
    }

    private static BellItem Item(NoticeLine line) => new(line.Times > 1 ? $"{line.Title} ({line.Times}×)" : line.Title, line.Url, new(line.At, TimeSpan.Zero), line.ReadAt is null)
    {
        Text = line.Text,
        Status = line.Status,
    };
}
