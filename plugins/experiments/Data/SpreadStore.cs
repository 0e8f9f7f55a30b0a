using Crucible.Data;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>How far values of a run lie apart: what an error bar shows.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Key">The metric.</param>
/// <param name="Value">The last value, or the mean over child runs.</param>
/// <param name="Deviation">Sample standard deviation (n − 1); null for fewer than two values.</param>
/// <param name="Children">How many child runs it is over; 0 when over the run's own last points.</param>
public sealed record RunSpread(Guid RunId, string Key, double Value, double? Deviation, long Children);

/// <summary>Error bars of runs. Callers have checked that the runs may be seen.</summary>
public sealed class SpreadStore(Database database)
{
    /// <summary>How many of its last points tell how restless a run's end is.</summary>
    public const int LastPoints = 10;

    /// <summary>
    /// A metric of each run. A run with two or more child runs that logged it stands for them: the mean and the standard deviation of
    /// their last values, as seeds or folds are. Any other shows its last value and the standard deviation of its last
    /// <see cref="LastPoints"/> points.
    /// </summary>
    public async Task<IReadOnlyList<RunSpread>> Of(Guid[] runIds, string[] keys, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunSpread>(new($"""
            with own as (
                select s.run_id, s.key, s.last_value, e.deviation
                from experiments.series s cross join lateral (
                    select stddev_samp(p.value) as deviation from (
                        select value from experiments.point where series_id = s.series_id order by step desc, at desc limit {LastPoints}) p
                    where p.value <> 'NaN' and abs(p.value) < 1e150) e
                where s.run_id = any(@runIds) and s.key = any(@keys) and s.points > 0
            ), children as (
                select c.parent_run_id as run_id, s.key, avg(s.last_value) as value, stddev_samp(s.last_value) as deviation, count(*) as n
                from experiments.run c join experiments.series s using (run_id)
                where c.parent_run_id = any(@runIds) and c.lifecycle = 'active' and s.key = any(@keys) and s.points > 0 and s.last_value <> 'NaN' and abs(s.last_value) < 1e150
                group by c.parent_run_id, s.key having count(*) > 1
            )
            select coalesce(c.run_id, o.run_id) as run_id, coalesce(c.key, o.key) as key, coalesce(c.value, o.last_value) as value,
                case when c.run_id is null then o.deviation else c.deviation end as deviation, coalesce(c.n, 0) as children
            from own o full join children c on c.run_id = o.run_id and c.key = o.key
            """, new { runIds, keys }, cancellationToken: cancel))).AsList();
    }
}
