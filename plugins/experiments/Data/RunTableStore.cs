using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A key that some of these runs have: how many, and how many different values of it (parameters only).</summary>
public readonly record struct UsedKey(string Key, long Runs, long Values);

/// <summary>The rows of a table of runs, before its columns are known.</summary>
public sealed record TableRows(IReadOnlyList<RunRow> Runs, IReadOnlyList<UsedKey> Metrics, IReadOnlyList<UsedKey> Params);

/// <summary>What stands in the columns of these runs.</summary>
public sealed record TableCells(IReadOnlyDictionary<(Guid RunId, string Key), Series> Metrics, IReadOnlyDictionary<(Guid RunId, string Key), string> Params,
    IReadOnlyDictionary<Guid, (long Step, long At)> Reached);

/// <summary>How many runs an experiment has of each stored status, and how many are deleted.</summary>
public sealed record RunCounts(IReadOnlyDictionary<string, long> Active, long Deleted)
{
    /// <summary>How many of the running ones are shown as lost.</summary>
    public long Lost { get; init; }

    /// <summary>Running ones that are not lost.</summary>
    public long AtWork => Of("running") - Lost;

    /// <summary>All that are not deleted.</summary>
    public long All => Active.Values.Sum();

    /// <summary>Those of one status.</summary>
    public long Of(string status) => Active.GetValueOrDefault(status);
}

/// <summary>Tables of runs. Callers have checked that the runs may be seen.</summary>
public sealed class RunTableStore(Database database)
{
    /// <summary>Those of these runs that this actor may see, in this order.</summary>
    public async Task<IReadOnlyList<Guid>> Visible(Guid[] runIds, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid>(new($"""
            select r.run_id from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r using (run_id) join experiments.experiment e using (experiment_id)
            where {People.Visible.To("e")} order by n.place
            """, new { runIds, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
    }

    /// <summary>These runs in this order, and the keys that they have.</summary>
    public async Task<TableRows> Rows(Guid[] runIds, CancellationToken cancel)
    {
        if (runIds.Length == 0)
            return new([], [], []);
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select {RunRow.Columns}
            from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r using (run_id) join experiments.experiment e using (experiment_id)
            order by n.place;
            select key, count(*) as runs, 0::bigint as values from experiments.series
            where run_id = any(@runIds) and points > 0 and key not like 'system/%' group by key order by 2 desc, key limit 200;
            select key, count(*) as runs, count(distinct value) as values from experiments.param
            where run_id = any(@runIds) group by key order by key limit 400
            """, new { runIds }, cancellationToken: cancel));
        return new((await read.ReadAsync<RunRow>()).AsList(), (await read.ReadAsync<UsedKey>()).AsList(), (await read.ReadAsync<UsedKey>()).AsList());
    }

    /// <summary>The values of these columns; of the runs at work also how far they came.</summary>
    public async Task<TableCells> Cells(Guid[] runIds, string[] metrics, string[] parameters, Guid[] running, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select {SeriesStore.Columns} from experiments.series where run_id = any(@runIds) and key = any(@metrics) and points > 0;
            select run_id, key, value from experiments.param where run_id = any(@runIds) and key = any(@parameters);
            select run_id, max(last_step), max(last_at) from experiments.series where run_id = any(@running) and points > 0 and key not like 'system/%' group by run_id
            """, new { runIds, metrics, parameters, running }, cancellationToken: cancel));
        return new((await read.ReadAsync<Series>()).ToDictionary(s => (s.RunId, s.Key)),
            (await read.ReadAsync<(Guid RunId, string Key, string Value)>()).ToDictionary(p => (p.RunId, p.Key), p => p.Value),
            (await read.ReadAsync<(Guid RunId, long Step, long At)>()).ToDictionary(r => r.RunId, r => (r.Step, r.At)));
    }

    /// <summary>How many runs there are.</summary>
    public async Task<RunCounts> Counts(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new("""
            select status, lifecycle, count(*) from experiments.run where experiment_id = @experimentId group by 1, 2;
            select count(*) from experiments.run r join experiments.experiment e using (experiment_id)
            where r.experiment_id = @experimentId and r.status = 'running' and r.lifecycle = 'active' and r.heard_at <= now() - e.lost_after
            """, new { experimentId }, cancellationToken: cancel));
        var rows = (await read.ReadAsync<(string Status, string Lifecycle, long Count)>()).AsList();
        return new(rows.Where(r => r.Lifecycle == "active").ToDictionary(r => r.Status, r => r.Count), rows.Where(r => r.Lifecycle != "active").Sum(r => r.Count)) { Lost = await read.ReadSingleAsync<long>() };
    }

    /// <summary>The run whose last value of a metric is the best one; null when none has a number.</summary>
    public async Task<(Guid RunId, string Name, double Value)?> Best(long experimentId, string key, bool smallest, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QueryFirstOrDefaultAsync<(Guid, string, double)?>(new($"""
            select r.run_id, r.name, s.last_value from experiments.series s join experiments.run r using (run_id)
            where s.experiment_id = @experimentId and s.key = @key and r.lifecycle = 'active' and s.last_value < 'NaN'
            order by s.last_value {(smallest ? "asc" : "desc")} limit 1
            """, new { experimentId, key }, cancellationToken: cancel));
    }

    /// <summary>The values of these parameters of one run, for the cells that a push fills.</summary>
    public async Task<IReadOnlyList<Entry>> Params(Guid runId, string[] keys, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Entry>(new("select key, value from experiments.param where run_id = @runId and key = any(@keys)",
            new { runId, keys }, cancellationToken: cancel))).AsList();
    }
}
