using Crucible.Data;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Where a metric was least and greatest.</summary>
public sealed record Extremes(long SeriesId, long? MinStep, long? MaxStep);

/// <summary>The value that a metric had at a step: that of its last point up to it.</summary>
public sealed record ValueAt(long SeriesId, long Asked, long Step, double Value);

/// <summary>Single values of metrics, found by index probes. Callers have checked that the runs may be seen.</summary>
public sealed class RunMetricStore(Database database)
{
    /// <summary>The first steps at which these metrics had their least and greatest values.</summary>
    public async Task<IReadOnlyDictionary<long, Extremes>> Extremes(long[] seriesIds, CancellationToken cancel)
    {
        // Buckets know where their extremes are, and they cover the beginning: only what is behind them is read point by point.
        const string At = """
            coalesce(
                (select b.{0}_step from experiments.bucket b where b.series_id = s.series_id and b.{0}_value = s.{0}_value order by b.last_step, b.last_at limit 1),
                (select p.step from experiments.point p where p.series_id = s.series_id and p.value = s.{0}_value
                    and (p.step, p.at) > (coalesce(l.last_step, -9223372036854775808), coalesce(l.last_at, -9223372036854775808)) order by p.step, p.at limit 1))
            """;
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Extremes>(new($"""
            select s.series_id, {At.Replace("{0}", "min", StringComparison.Ordinal)} as min_step, {At.Replace("{0}", "max", StringComparison.Ordinal)} as max_step
            from experiments.series s
            left join lateral (select last_step, last_at from experiments.bucket where series_id = s.series_id order by last_step desc, last_at desc limit 1) l on true
            where s.series_id = any(@seriesIds)
            """, new { seriesIds }, cancellationToken: cancel))).ToDictionary(e => e.SeriesId);
    }

    /// <summary>The values of metrics at steps, pair by pair; a pair without a point up to its step is left out.</summary>
    public async Task<IReadOnlyList<ValueAt>> At(long[] seriesIds, long[] steps, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ValueAt>(new("""
            select n.series_id, n.asked, p.step, p.value
            from unnest(@seriesIds, @steps) as n (series_id, asked)
            cross join lateral (select step, value from experiments.point
                where series_id = n.series_id and step <= n.asked order by step desc, at desc, value desc limit 1) p
            """, new { seriesIds, steps }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Parameters of the run that another one is held against; null when there is none.</summary>
    public async Task<RunAgainst?> Against(RunRow run, HeldAgainst which, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var other = await connection.QuerySingleOrDefaultAsync<RunName?>(new(which switch
        {
            HeldAgainst.Parent => "select run_id, name from experiments.run where run_id = @ParentRunId and experiment_id = @ExperimentId and lifecycle = 'active'",
            HeldAgainst.Baseline => """
                select r.run_id, r.name from experiments.experiment e join experiments.run r on r.run_id = e.baseline_run_id
                where e.experiment_id = @ExperimentId and r.lifecycle = 'active' and r.run_id <> @RunId
                """,
            _ => """
                select run_id, name from experiments.run
                where experiment_id = @ExperimentId and lifecycle = 'active' and (start_time, run_id) < (@StartTime, @RunId) order by start_time desc, run_id desc limit 1
                """,
        }, new { run.ParentRunId, run.ExperimentId, run.StartTime, run.RunId }, cancellationToken: cancel));
        if (other is null)
            return null;
        var values = await connection.QueryAsync<(string Key, string Value)>(new("select key, value from experiments.param where run_id = @RunId", new { other.RunId }, cancellationToken: cancel));
        return new(other.RunId, other.Name, which, values.ToDictionary(v => v.Key, v => v.Value));
    }

    private sealed record RunName(Guid RunId, string Name);
}

/// <summary>Which run another one is held against.</summary>
public enum HeldAgainst
{
    /// <summary>The one that began before it in its experiment.</summary>
    Previous,

    /// <summary>The one that it is nested in.</summary>
    Parent,

    /// <summary>The baseline of its experiment.</summary>
    Baseline,
}

/// <summary>A run that another one is held against.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Which">What it is to the other one.</param>
/// <param name="Params">Its parameters.</param>
public sealed record RunAgainst(Guid RunId, string Name, HeldAgainst Which, IReadOnlyDictionary<string, string> Params);
