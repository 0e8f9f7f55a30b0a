using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A metric that some of these runs have, in how many of them, and how many points they have together.</summary>
public readonly record struct ChartKey(string Key, long Runs, long Points);

/// <summary>What charts of many runs are drawn from, besides the curves. Callers have checked that the runs may be seen.</summary>
public sealed class ChartStore(Database database)
{
    /// <summary>More different metrics than this are not listed.</summary>
    public const int MostKeys = 20_000;

    /// <summary>Those of these runs that belong to an experiment, in this order.</summary>
    public async Task<IReadOnlyList<RunRow>> Runs(long experimentId, Guid[] runIds, CancellationToken cancel)
    {
        if (runIds.Length == 0)
            return [];
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunRow>(new($"""
            select {RunRow.Columns}
            from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r using (run_id) join experiments.experiment e using (experiment_id)
            where r.experiment_id = @experimentId
            order by n.place
            """, new { experimentId, runIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The metrics of these runs, at most one more than <see cref="MostKeys"/>.</summary>
    public async Task<IReadOnlyList<ChartKey>> Keys(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ChartKey>(new($"""
            select key, count(*) as runs, sum(points)::bigint as points from experiments.series
            where run_id = any(@runIds) and points > 0 group by key order by key limit {MostKeys + 1}
            """, new { runIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The totals of these metrics of these runs, at most <paramref name="most"/>.</summary>
    public async Task<IReadOnlyList<Series>> Series(Guid[] runIds, string[] keys, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Series>(new(
            $"select {SeriesStore.Columns} from experiments.series where run_id = any(@runIds) and key = any(@keys) and points > 0 order by key, run_id limit @most",
            new { runIds, keys, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>How many points each of these runs has: what their live points count from.</summary>
    public async Task<IReadOnlyDictionary<Guid, long>> Revisions(Guid[] runIds, CancellationToken cancel)
    {
        if (runIds.Length == 0)
            return new Dictionary<Guid, long>();
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid RunId, long Points)>(new(
            "select run_id, sum(points)::bigint from experiments.series where run_id = any(@runIds) group by run_id",
            new { runIds }, cancellationToken: cancel))).ToDictionary(r => r.RunId, r => r.Points);
    }

    /// <summary>The value that each of these runs has of what they are grouped by.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> Groups(Guid[] runIds, GroupKey group, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid RunId, string Value)>(new(Values(group), new { runIds, group.Key }, cancellationToken: cancel)))
            .GroupBy(r => r.RunId).ToDictionary(r => r.Key, r => string.Join(", ", r.Select(v => v.Value)));
    }

    private static string Values(GroupKey group) => group.Entity switch
    {
        Entity.Param => "select run_id, value from experiments.param where run_id = any(@runIds) and key = @Key",
        Entity.Tag => "select run_id, value from experiments.tag where run_id = any(@runIds) and key = @Key",
        Entity.Dataset => """
            select i.run_id, case @Key when 'name' then d.name when 'digest' then d.digest else coalesce(i.context, '') end as value
            from experiments.input i join experiments.dataset d using (dataset_id) where i.run_id = any(@runIds) group by 1, 2 order by 2
            """,
        _ => """
            select run_id, case @Key when 'status' then status when 'user_id' then user_id else coalesce(replace(parent_run_id::text, '-', ''), '') end as value
            from experiments.run where run_id = any(@runIds)
            """,
    };

    /// <summary>Parameters and tags that differ among these runs: what they can be grouped by.</summary>
    public async Task<IReadOnlyList<GroupKey>> Grouping(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<(bool IsTag, string Key)>(new("""
            select false, key from experiments.param where run_id = any(@runIds) group by key having count(distinct value) > 1
            union all
            select true, key from experiments.tag where run_id = any(@runIds) and key not like 'mlflow.%' group by key having count(distinct value) > 1
            order by 1, 2 limit 300
            """, new { runIds }, cancellationToken: cancel))).Select(g => new GroupKey(g.IsTag ? Entity.Tag : Entity.Param, g.Key))];
    }
}
