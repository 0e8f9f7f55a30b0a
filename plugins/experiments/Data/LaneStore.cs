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

    /// <summary>The latest values of the runs of an experiment that are running, at most 5,000.</summary>
    internal async Task<List<(Guid RunId, string Key, double Value)>> RunningLatest(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string, double)>(new("""
            select r.run_id, s.key, s.last_value
            from experiments.run r join experiments.series s using (run_id)
            where r.experiment_id = @experimentId and r.status = 'running' and r.lifecycle = 'active' and s.points > 0
            limit 5000
            """, new { experimentId }, cancellationToken: cancel))).AsList();
    }
}
