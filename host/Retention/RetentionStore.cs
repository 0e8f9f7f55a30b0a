using Crucible.Data;
using Dapper;

namespace Crucible.Host.Retention;

/// <summary>When each kind of old data was last removed, and how much of it went.</summary>
internal sealed class RetentionStore(Database database)
{
    public async Task Note(string name, long gone, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into crucible.retention (name, ran_at, gone) values (@name, now(), @gone)
            on conflict (name) do update set ran_at = excluded.ran_at, gone = excluded.gone
            """, new { name, gone }, cancellationToken: cancel));
    }

    public async Task<IReadOnlyDictionary<string, (DateTime RanAt, long Gone)>> Last(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(string Name, DateTime RanAt, long Gone)>(new("select name, ran_at, gone from crucible.retention", cancellationToken: cancel)))
            .ToDictionary(r => r.Name, r => (r.RanAt, r.Gone));
    }

    /// <summary>News older than this: nobody replays that far, the page is fetched again instead.</summary>
    public async Task<long> ForgetChanges(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition("""
            delete from crucible.change where ctid = any(array(
                select ctid from crucible.change where at < @at limit 10000))
            """, new { at = olderThan.UtcDateTime }, cancellationToken: cancel)));
    }
}
