using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What a run left behind that was deleted for ever.</summary>
public sealed record Leftover
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The folder of its files.</summary>
    public required string Folder { get; init; }

    /// <summary>Its metrics.</summary>
    public required IReadOnlyList<long> Series { get; init; }
}

/// <summary>Deletion for ever. A run goes in one statement; its points, of which there may be millions, and its files follow in slices.</summary>
public sealed class LeftoverStore(Database database)
{
    private const int RowsAtOnce = 20_000;
    private const int RunsAtOnce = 100;

    /// <summary>Some of what is left behind.</summary>
    public async Task<IReadOnlyList<Leftover>> Some(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<(Guid RunId, string Folder, long[] Series)>(new("select run_id, folder, series from experiments.leftover order by run_id limit 50", cancellationToken: cancel)))
            .Select(l => new Leftover { RunId = l.RunId, Folder = l.Folder, Series = l.Series })];
    }

    /// <summary>Deletes the points and buckets of these series.</summary>
    /// <returns>How many rows went.</returns>
    public async Task<long> Points(IReadOnlyList<long> series, CancellationToken cancel)
    {
        var gone = 0L;
        foreach (var table in (string[])["point", "bucket"])
            gone += await Slices.UntilNone(async () =>
            {
                await using var connection = await database.Open(cancel);
                return await connection.ExecuteAsync(new($"""
                    delete from experiments.{table} where ctid = any(array(select ctid from experiments.{table} where series_id = any(@series) limit @RowsAtOnce))
                    """, new { series = series.ToArray(), RowsAtOnce }, cancellationToken: cancel));
            });
        return gone;
    }

    /// <summary>Nothing is left of this run.</summary>
    public async Task Done(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("delete from experiments.leftover where run_id = @runId", new { runId }, cancellationToken: cancel));
    }

    /// <summary>Deletes runs for ever that have been in the trash since before a time. Those of deleted experiments stay, since these can be restored with all their runs.</summary>
    /// <returns>How many went.</returns>
    public Task<long> Forget(DateTimeOffset before, CancellationToken cancel) => Slices.UntilNone(async () =>
    {
        var actor = Actor.System("retention");
        await using var write = await database.Write(actor, cancel);
        var gone = (await write.Connection.QueryAsync<(Guid RunId, string Name, string? Before, long ExperimentId)>(new(RunActSql.Purge("""
            r.run_id = any(array(select t.run_id from experiments.run t join experiments.experiment e using (experiment_id)
                where t.lifecycle = 'deleted' and t.deleted_at < @before and e.lifecycle = 'active' order by t.run_id limit @RunsAtOnce))
            """), new { before, RunsAtOnce }, cancellationToken: cancel))).AsList();
        foreach (var (runId, name, _, experimentId) in gone)
            await write.Record(actor, "run.purge", experimentId, runId, name, cancel: cancel);
        await write.Commit(cancel);
        return gone.Count;
    });
}
