using Crucible.Data;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Appends metric points: <c>experiments.point</c> and the totals of them in <c>experiments.series</c>.</summary>
public sealed class MetricStore(Database database)
{
    /// <summary>Which of these runs there are, and what decides whether they may be written.</summary>
    internal async Task<Dictionary<Guid, RunGate>> Gates(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Gates(connection, runIds, cancel);
    }

    /// <summary>The same on an open connection.</summary>
    internal static async Task<Dictionary<Guid, RunGate>> Gates(NpgsqlConnection connection, Guid[] runIds, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("""
            select r.run_id, r.experiment_id, e.team_id, r.owner_id, r.lifecycle <> 'active', r.name
            from experiments.run r join experiments.experiment e using (experiment_id)
            where r.run_id = any($1)
            """, connection) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = runIds } } };
        var gates = new Dictionary<Guid, RunGate>(runIds.Length);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            gates[rows.GetGuid(0)] = new(rows.GetInt64(1), rows.GetGuid(2), rows.IsDBNull(3) ? null : rows.GetGuid(3), rows.GetBoolean(4), rows.GetString(5));
        return gates;
    }

    /// <summary>The series of these runs and keys (parallel arrays), made where there is none yet.</summary>
    internal static async Task<Dictionary<(Guid RunId, string Key), long>> Series(
        NpgsqlConnection connection, Guid[] runIds, long[] experimentIds, string[] keys, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        // Sorted, so that two who make the same series do not wait for each other in a circle.
        batch.BatchCommands.Add(new("""
            insert into experiments.series (run_id, experiment_id, key)
            select * from unnest($1, $2, $3) as n (run_id, experiment_id, key) order by run_id, key
            on conflict (run_id, key) do nothing
            """) { Parameters = { Array(runIds), Array(experimentIds), Array(keys) } });
        batch.BatchCommands.Add(new("""
            select s.run_id, s.key, s.series_id
            from unnest($1, $2) as n (run_id, key) join experiments.series s using (run_id, key)
            """) { Parameters = { Array(runIds), Array(keys) } });
        var series = new Dictionary<(Guid, string), long>(keys.Length);
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            series[(rows.GetGuid(0), rows.GetString(1))] = rows.GetInt64(2);
        return series;
    }

    /// <summary>
    /// Adds what is new of these points, as one transaction or as part of the one that is open. Points that are there
    /// already change nothing.
    /// </summary>
    /// <returns>How many of the series there still are: fewer than given when one was deleted meanwhile.</returns>
    internal static async Task<int> Append(NpgsqlConnection connection, PointColumns points, PointTotals totals, Guid[] heard, CancellationToken cancel)
    {
        await using var batch = new NpgsqlBatch(connection);
        // Every writer of a series and its roll-up queue here, in one order; the statement after it has a snapshot
        // that is younger than the lock, so it sees the buckets which a roll-up before it has made.
        batch.BatchCommands.Add(new("""
            select series_id from experiments.series where series_id = any($1) order by series_id for no key update
            """) { Parameters = { Array(totals.SeriesId) } });
        batch.BatchCommands.Add(new(AppendPoints)
        {
            Parameters =
            {
                Array(points.SeriesId), Array(points.Step), Array(points.At), Array(points.Value),
                Array(totals.SeriesId), Array(totals.FirstStep), Array(totals.FirstAt),
                Array(totals.LastStep), Array(totals.LastAt), Array(totals.LastValue), Array(totals.Min), Array(totals.Max),
            },
        });
        if (heard.Length > 0)
            batch.BatchCommands.Add(new("update experiments.run set heard_at = now() where run_id = any($1)") { Parameters = { Array(heard) } });
        var found = 0;
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            found++;
        while (await rows.NextResultAsync(cancel))
        {
        }
        return found;
    }

    // min and max pass ±Infinity where a call has no finite value; stored infinities are ±1.797e308, so it is free.
    private const string AppendPoints = """
        with point as (
            insert into experiments.point (series_id, step, at, value)
            select * from unnest($1, $2, $3, $4) on conflict do nothing
            returning series_id, step, at
        ), added as (
            select series_id, count(*) as points, min(step) as step, min(at) as at from point group by series_id
        ), cut as (
            delete from experiments.bucket b using added a
            where b.series_id = a.series_id and (b.last_step, b.last_at) >= (a.step, a.at)
            returning b.series_id, b.points
        ), unrolled as (
            select series_id, sum(points)::bigint as points from cut group by series_id
        )
        update experiments.series s set
            points = s.points + a.points,
            rolled_points = s.rolled_points - coalesce(u.points, 0),
            first_step = least(s.first_step, t.first_step),
            first_at = least(s.first_at, t.first_at),
            last_step = greatest(s.last_step, t.last_step),
            last_at = case when experiments.is_later(t.last_step, t.last_at, t.last_value, s.last_step, s.last_at, s.last_value)
                then t.last_at else s.last_at end,
            last_value = case when experiments.is_later(t.last_step, t.last_at, t.last_value, s.last_step, s.last_at, s.last_value)
                then t.last_value else s.last_value end,
            min_value = least(s.min_value, nullif(t.min_value, 'Infinity')),
            max_value = greatest(s.max_value, nullif(t.max_value, '-Infinity'))
        from unnest($5, $6, $7, $8, $9, $10, $11, $12)
            as t (series_id, first_step, first_at, last_step, last_at, last_value, min_value, max_value)
        join added a using (series_id)
        left join unrolled u using (series_id)
        where s.series_id = t.series_id
        """;

    private static NpgsqlParameter<T[]> Array<T>(T[] values) => new() { TypedValue = values };
}

