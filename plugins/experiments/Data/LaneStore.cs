using Crucible.Data;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>How far a series has come.</summary>
internal sealed record LaneSeries(long SeriesId, string Key, long Points, long LastStep, long LastAt);

/// <summary>What the live lanes of metrics read.</summary>
public sealed class LaneStore(Database database)
{
    /// <summary>Every series of a run.</summary>
    internal async Task<List<LaneSeries>> Series(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<LaneSeries>(new(
            "select series_id, key, points, last_step, last_at from experiments.series where run_id = @runId and points > 0",
            new { runId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>
    /// The series of an experiment's runs that are running, the newest hundred of them, and of those that are known, unless they ended
    /// more than a moment ago.
    /// </summary>
    internal async Task<ILookup<Guid, LaneSeries>> RunningSeries(long experimentId, Guid[] known, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid, LaneSeries, (Guid RunId, LaneSeries Series)>(new("""
            select r.run_id, s.series_id, s.key, s.points, s.last_step, s.last_at
            from (
                (select run_id from experiments.run where experiment_id = @experimentId and status = 'running' and lifecycle = 'active' order by start_time desc limit 100)
                union
                select run_id from experiments.run where run_id = any(@known) and heard_at > now() - interval '1 minute'
            ) r join experiments.series s using (run_id)
            where s.points > 0
            """, new { experimentId, known }, cancellationToken: cancel), (run, series) => (run, series), splitOn: "series_id")).ToLookup(r => r.RunId, r => r.Series);
    }

    /// <summary>Of each series the points behind (step, at), at most <paramref name="most"/> of each.</summary>
    internal async Task<ILookup<long, CurvePoint>> After(long[] seriesIds, long[] steps, long[] ats, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select n.series_id, p.step, p.at, p.value
            from unnest($1, $2, $3) as n (series_id, step, at)
            cross join lateral (select step, at, value from experiments.point
                where series_id = n.series_id and (step, at) > (n.step, n.at) order by step, at, value limit $4) p
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = seriesIds }, new NpgsqlParameter<long[]> { TypedValue = steps },
                new NpgsqlParameter<long[]> { TypedValue = ats }, new NpgsqlParameter<int> { TypedValue = most },
            },
        };
        var points = new List<(long Id, CurvePoint Point)>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            points.Add((rows.GetInt64(0), new(rows.GetInt64(1), rows.GetInt64(2), rows.GetDouble(3))));
        return points.ToLookup(p => p.Id, p => p.Point);
    }

    /// <summary>The latest values of the runs of an experiment that are running, or wrote within the last minute though they have ended; at most 5,000.</summary>
    internal async Task<List<(Guid RunId, string Key, double Value)>> RunningLatest(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string, double)>(new("""
            select r.run_id, s.key, s.last_value
            from experiments.run r join experiments.series s using (run_id)
            where r.experiment_id = @experimentId and (r.status = 'running' or r.heard_at > now() - interval '1 minute') and r.lifecycle = 'active' and s.points > 0
            limit 5000
            """, new { experimentId }, cancellationToken: cancel))).AsList();
    }
}
