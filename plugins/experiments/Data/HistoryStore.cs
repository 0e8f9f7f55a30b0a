using Crucible.Data;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A point of a metric's history.</summary>
public readonly record struct HistoryPoint(Guid RunId, long Step, long At, double Value);

/// <summary>Histories of metrics as the tracking protocol reads them. Callers have checked that the runs may be seen.</summary>
public sealed class HistoryStore(Database database)
{
    /// <summary>A page of one metric, by time, then step, then value.</summary>
    public Task<List<HistoryPoint>> Page(Guid runId, string key, int limit, long offset, CancellationToken cancel) => Read("""
        select s.run_id, p.step, p.at, p.value
        from experiments.series s join experiments.point p using (series_id)
        where s.run_id = $1 and s.key = $2
        order by p.at, p.step, p.value limit $3 offset $4
        """, cancel, new NpgsqlParameter<Guid> { TypedValue = runId }, new NpgsqlParameter<string> { TypedValue = key },
        new NpgsqlParameter<int> { TypedValue = limit }, new NpgsqlParameter<long> { TypedValue = offset });

    /// <summary>One metric of several runs, run by run, until the limit.</summary>
    public Task<List<HistoryPoint>> Bulk(Guid[] runIds, string key, int limit, CancellationToken cancel) => Read("""
        select s.run_id, p.step, p.at, p.value
        from experiments.series s join experiments.point p using (series_id)
        where s.run_id = any($1) and s.key = $2
        order by s.run_id, p.at, p.step, p.value limit $3
        """, cancel, new NpgsqlParameter<Guid[]> { TypedValue = runIds }, new NpgsqlParameter<string> { TypedValue = key },
        new NpgsqlParameter<int> { TypedValue = limit });

    /// <summary>
    /// Steps of each run near <paramref name="targets"/>: the first at or after each target, and the run's first and last
    /// within the bounds. Index probes: the cost is that of the answer, however long the histories are.
    /// </summary>
    public async Task<List<(Guid RunId, long Step)>> StepsNear(Guid[] runIds, string key, long first, long last, long[] targets, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            with series as materialized (
                select run_id, series_id from experiments.series where run_id = any($1) and key = $2 and last_step >= $3 and first_step <= $4
            )
            select s.run_id, p.step
            from series s cross join unnest($5) as t (step)
            cross join lateral (select step from experiments.point where series_id = s.series_id and step >= t.step and step <= $4
                order by step limit 1) p
            union
            select s.run_id, p.step from series s
            cross join lateral ((select step from experiments.point where series_id = s.series_id and step between $3 and $4 order by step limit 1)
                union all
                (select step from experiments.point where series_id = s.series_id and step between $3 and $4 order by step desc limit 1)) p
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = runIds }, new NpgsqlParameter<string> { TypedValue = key },
                new NpgsqlParameter<long> { TypedValue = first }, new NpgsqlParameter<long> { TypedValue = last },
                new NpgsqlParameter<long[]> { TypedValue = targets },
            },
        };
        return await Steps(command, cancel);
    }

    /// <summary>All steps of each run within the bounds: for histories short enough to be read.</summary>
    public async Task<List<(Guid RunId, long Step)>> AllSteps(Guid[] runIds, string key, long first, long last, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select s.run_id, p.step
            from experiments.series s join experiments.point p using (series_id)
            where s.run_id = any($1) and s.key = $2 and p.step between $3 and $4
            """, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid[]> { TypedValue = runIds }, new NpgsqlParameter<string> { TypedValue = key },
                new NpgsqlParameter<long> { TypedValue = first }, new NpgsqlParameter<long> { TypedValue = last },
            },
        };
        return await Steps(command, cancel);
    }

    private static async Task<List<(Guid RunId, long Step)>> Steps(NpgsqlCommand command, CancellationToken cancel)
    {
        var steps = new List<(Guid, long)>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            steps.Add((rows.GetGuid(0), rows.GetInt64(1)));
        return steps;
    }

    /// <summary>First and last step of one metric over several runs, and its points in all; null when none has it.</summary>
    public async Task<(long First, long Last, long Points)?> Extent(Guid[] runIds, string key, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select min(first_step), max(last_step), sum(points)::bigint
            from experiments.series where run_id = any($1) and key = $2 and points > 0
            """, connection)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = runIds }, new NpgsqlParameter<string> { TypedValue = key } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        return await rows.ReadAsync(cancel) && !rows.IsDBNull(0) ? (rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2)) : null;
    }

    // "offset 0" keeps the probe a probe: flattened into a join, the planner may read whole histories instead (seen: 22 s).
    /// <summary>The points of several runs at these steps, run by run, by step and time.</summary>
    public Task<List<HistoryPoint>> At(Guid[] runIds, string key, long[] steps, CancellationToken cancel) => Read("""
        select s.run_id, p.step, p.at, p.value
        from experiments.series s cross join unnest($3) as t (step)
        cross join lateral (select step, at, value from experiments.point where series_id = s.series_id and step = t.step offset 0) p
        where s.run_id = any($1) and s.key = $2
        order by s.run_id, p.step, p.at, p.value
        """, cancel, new NpgsqlParameter<Guid[]> { TypedValue = runIds }, new NpgsqlParameter<string> { TypedValue = key },
        new NpgsqlParameter<long[]> { TypedValue = steps });

    /// <summary>Points of one metric within steps, by step, time and value, which together are a point's identity.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="key">The metric.</param>
    /// <param name="from">First step; null for the beginning.</param>
    /// <param name="to">Last step; null for the end.</param>
    /// <param name="after">The point behind which it begins.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<List<HistoryPoint>> Range(Guid runId, string key, long? from, long? to, HistoryPoint? after, int limit, long offset, CancellationToken cancel) => Read($"""
        select $1::uuid, p.step, p.at, p.value
        from experiments.point p
        where p.series_id = (select series_id from experiments.series where run_id = $1 and key = $2) and p.step between $3 and $4
          {(after is null ? "" : "and (p.step, p.at, p.value) > ($7, $8, $9)")}
        order by p.step, p.at, p.value limit $5 offset $6
        """, cancel, [new NpgsqlParameter<Guid> { TypedValue = runId }, new NpgsqlParameter<string> { TypedValue = key },
        new NpgsqlParameter<long> { TypedValue = from ?? long.MinValue }, new NpgsqlParameter<long> { TypedValue = to ?? long.MaxValue },
        new NpgsqlParameter<int> { TypedValue = limit }, new NpgsqlParameter<long> { TypedValue = offset },
        .. after is not { } point ? Array.Empty<NpgsqlParameter>() : [new NpgsqlParameter<long> { TypedValue = point.Step }, new NpgsqlParameter<long> { TypedValue = point.At }, new NpgsqlParameter<double> { TypedValue = point.Value }]]);

    /// <summary>How many points a metric has within steps.</summary>
    public async Task<long> CountRange(Guid runId, string key, long? from, long? to, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand(from is null && to is null
            ? "select coalesce((select points from experiments.series where run_id = $1 and key = $2), 0)"
            : "select count(*) from experiments.point where series_id = (select series_id from experiments.series where run_id = $1 and key = $2) and step between $3 and $4", connection)
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = runId }, new NpgsqlParameter<string> { TypedValue = key } },
        };
        if (from is not null || to is not null)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = from ?? long.MinValue });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to ?? long.MaxValue });
        }
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private async Task<List<HistoryPoint>> Read(string sql, CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        var points = new List<HistoryPoint>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            points.Add(new(rows.GetGuid(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetDouble(3)));
        return points;
    }
}
