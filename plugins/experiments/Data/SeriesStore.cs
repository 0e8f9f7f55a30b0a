using System.Runtime.CompilerServices;
using Crucible.Data;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

// A curve of 800 pixels can show 800 columns; a series may have a hundred thousand points. While it is short, or the range
// asked for is, the points themselves are put into columns. Else its buckets are (128 points each, made by RollUpStore),
// and only the points behind the last bucket are read one by one: 100,000 points are 782 rows.

/// <summary>Metrics for pages: their totals, and curves reduced to pixel columns. Callers have checked that the runs may be seen.</summary>
public sealed class SeriesStore(Database database)
{
    // Buckets carry four points each, so from here on they show all that a chart can.
    private const int RawAtMost = 16_384;
    private const int RawTogether = 262_144;

    internal const string Columns = """
        series_id, run_id, key, points, first_step, last_step, first_at, last_at, last_value, min_value, max_value
        """;

    /// <summary>The metrics of these runs, by key.</summary>
    public async Task<IReadOnlyList<Series>> OfRuns(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Series>(new(
            $"select {Columns} from experiments.series where run_id = any(@runIds) and points > 0 order by key, run_id",
            new { runIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The sum of the points of a run: the revision that its live points count from.</summary>
    public async Task<long> Revision(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new(
            "select coalesce(sum(points), 0)::bigint from experiments.series where run_id = @runId", new { runId }, cancellationToken: cancel));
    }

    /// <summary>Curves of many runs or metrics, each reduced to columns, asked for at once.</summary>
    /// <param name="wanted">Which series, each with the part of it that is shown, on the axis; null for its beginning or its end.</param>
    /// <param name="axis">What the parts are counted in and what the columns divide.</param>
    /// <param name="columns">Pixel columns of each, 1 to 4,000.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>In the order asked for.</returns>
    public async Task<IReadOnlyList<Curve>> Curves(IReadOnlyList<(Series Series, long? From, long? To)> wanted, CurveAxis axis, int columns, CancellationToken cancel)
    {
        if (wanted.Count == 0)
            return [];
        columns = Math.Clamp(columns, 1, 4000);
        await using var connection = await database.Open(cancel);
        var ranges = wanted.Select(w => Range(w.Series, axis, w.From, w.To, columns)).ToArray();
        // Many curves share what one alone may read point by point.
        var most = Math.Clamp(RawTogether / wanted.Count, RollUpStore.Threshold / 4, RawAtMost);
        var raw = wanted.Select(w => w.Series.Points <= most).ToArray();
        if (wanted.Any(w => w.From is not null || w.To is not null) && raw.Contains(false))
        {
            var inRange = await InRange(connection, wanted, ranges, axis, cancel);
            for (var i = 0; i < raw.Length; i++)
                raw[i] |= inRange[i] <= most;
        }
        var gathered = ranges.Select(r => new CurveColumns(r)).ToArray();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var (sql, part) in ((string, bool)[])[(PointsOf(axis), true), (BucketsOf(axis), false), (TailsOf(axis), false)])
            if (Enumerable.Range(0, raw.Length).Where(i => raw[i] == part).ToArray() is { Length: > 0 } some)
                batch.BatchCommands.Add(new(sql)
                {
                    Parameters =
                    {
                        new NpgsqlParameter<int[]> { TypedValue = some }, new NpgsqlParameter<long[]> { TypedValue = [.. some.Select(i => wanted[i].Series.SeriesId)] },
                        new NpgsqlParameter<long[]> { TypedValue = [.. some.Select(i => ranges[i].From)] }, new NpgsqlParameter<long[]> { TypedValue = [.. some.Select(i => ranges[i].To)] },
                    },
                });
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        do
        {
            var whole = rows.FieldCount > 4;
            while (await rows.ReadAsync(cancel))
            {
                var place = rows.GetInt32(0);
                gathered[place].Add(whole ? Bucket(rows) : One(rows));
            }
        }
        while (await rows.NextResultAsync(cancel));
        return [.. wanted.Select((w, i) => new Curve(w.Series, gathered[i].Done()))];
    }

    /// <summary>One metric of one run as a curve; null when it was never logged.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="key">The metric.</param>
    /// <param name="axis">What <paramref name="from"/> and <paramref name="to"/> mean and what the columns divide.</param>
    /// <param name="from">First position to show; null for the beginning.</param>
    /// <param name="to">Last position to show; null for the end.</param>
    /// <param name="columns">Pixel columns, 1 to 4,000.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Curve?> Curve(Guid runId, string key, CurveAxis axis, long? from, long? to, int columns, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var series = await connection.QuerySingleOrDefaultAsync<Series>(new(
            $"select {Columns} from experiments.series where run_id = @runId and key = @key and points > 0", new { runId, key }, cancellationToken: cancel));
        return series is null ? null : (await Curves([(series, from, to)], axis, columns, cancel))[0];
    }

    /// <summary>At which steps a series has values of a range, to within a bucket; null for those that never have.</summary>
    public async Task<IReadOnlyDictionary<long, (long From, long To)>> Steps(long[] seriesIds, double low, double high, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(long SeriesId, long From, long To)>(new("""
            select n.series_id, min(s.first_step),
                -- The last value holds until the next one.
                coalesce((select p.step - 1 from experiments.point p where p.series_id = n.series_id and p.step > max(s.last_step) order by p.step limit 1), 9223372036854775807)
            from unnest(@seriesIds) as n (series_id) cross join lateral (
                select first_step, last_step from experiments.bucket where series_id = n.series_id and min_value <= @high and max_value >= @low
                union all
                select step, step from experiments.point where series_id = n.series_id and value between @low and @high
                    and (step, at) > (coalesce((select last_step from experiments.bucket where series_id = n.series_id order by last_step desc, last_at desc limit 1), -9223372036854775808),
                        coalesce((select last_at from experiments.bucket where series_id = n.series_id order by last_step desc, last_at desc limit 1), -9223372036854775808))
            ) s group by 1
            """, new { seriesIds, low, high }, cancellationToken: cancel))).ToDictionary(s => s.SeriesId, s => (s.From, s.To));
    }

    /// <summary>The values that series had at steps: of each its last point at or before the step. Steps before its first point are left out.</summary>
    public async Task<ILookup<long, (long Step, double Value)>> ValuesAt(long[] seriesIds, long[] steps, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select n.series_id, n.step, p.value from unnest($1, $2) as n (series_id, step)
            cross join lateral (select value from experiments.point where series_id = n.series_id and step <= n.step order by step desc, at desc, value desc limit 1) p
            """, connection)
        {
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = seriesIds }, new NpgsqlParameter<long[]> { TypedValue = steps } },
        };
        var found = new List<(long Id, long Step, double Value)>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            found.Add((rows.GetInt64(0), rows.GetInt64(1), rows.GetDouble(2)));
        return found.ToLookup(f => f.Id, f => (f.Step, f.Value));
    }

    /// <summary>Every point of these series, one series after the other, by step. Nothing is gathered: a reader in no hurry costs no memory.</summary>
    public async IAsyncEnumerable<(long SeriesId, CurvePoint Point)> Points(long[] seriesIds, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select n.series_id, p.step, p.at, p.value from unnest($1) as n (series_id)
            cross join lateral (select step, at, value from experiments.point where series_id = n.series_id order by step, at, value) p
            """, connection)
        {
            // As many points as somebody logged: what is slow here is the reader at the other end.
            CommandTimeout = 0,
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = seriesIds } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            yield return (rows.GetInt64(0), new(rows.GetInt64(1), rows.GetInt64(2), rows.GetDouble(3)));
    }

    private static CurveRange Range(Series series, CurveAxis axis, long? from, long? to, int columns)
    {
        var (first, last) = axis == CurveAxis.Step ? (series.FirstStep, series.LastStep) : (series.FirstAt, series.LastAt);
        return new(axis, from ?? first, to ?? (axis == CurveAxis.Step ? last : long.MaxValue), Math.Max(first, to ?? last), columns);
    }

    /// <summary>How many points the ranges have, to within a bucket and the tail behind the buckets.</summary>
    private static async Task<long[]> InRange(NpgsqlConnection connection, IReadOnlyList<(Series Series, long? From, long? To)> wanted, CurveRange[] ranges, CurveAxis axis, CancellationToken cancel) =>
        [.. await connection.QueryAsync<long>(new($"""
            select (coalesce((select sum(b.points) from experiments.bucket b where b.series_id = n.series_id and {Overlap(axis)}), 0)
                + coalesce((select points - rolled_points from experiments.series s where s.series_id = n.series_id), 0))::bigint
            from unnest(@ids, @lows, @highs) with ordinality as n (series_id, low, high, place) order by n.place
            """, new { ids = wanted.Select(w => w.Series.SeriesId).ToArray(), lows = ranges.Select(r => r.From).ToArray(), highs = ranges.Select(r => r.To).ToArray() }, cancellationToken: cancel))];

    private static CurveColumn Bucket(NpgsqlDataReader row) => new(new(row.GetInt64(1), row.GetInt64(2), row.GetDouble(3)),
        row.IsDBNull(6) ? null : new(row.GetInt64(4), row.GetInt64(5), row.GetDouble(6)), row.IsDBNull(9) ? null : new(row.GetInt64(7), row.GetInt64(8), row.GetDouble(9)),
        new(row.GetInt64(10), row.GetInt64(11), row.GetDouble(12)), row.GetInt32(13));

    private static CurveColumn One(NpgsqlDataReader row)
    {
        var point = new CurvePoint(row.GetInt64(1), row.GetInt64(2), row.GetDouble(3));
        CurvePoint? number = double.IsNaN(point.Value) ? null : point;
        return new(point, number, number, point, 1);
    }

    private const string Wanted = "from unnest($1, $2, $3, $4) as n (place, series_id, low, high)";

    // Steps are in the index in their order; times are sorted for each series by itself.
    private static string PointsOf(CurveAxis axis) => $"""
        select n.place, p.step, p.at, p.value {Wanted} cross join lateral (select step, at, value from experiments.point
            where series_id = n.series_id and {Within(axis)} order by {Order(axis)}) p
        """;

    private static string BucketsOf(CurveAxis axis) => $"""
        select n.place, b.* {Wanted} cross join lateral (
            select first_step, first_at, first_value, min_step, min_at, min_value, max_step, max_at, max_value, last_step, last_at, last_value, points
            from experiments.bucket b where b.series_id = n.series_id and {Overlap(axis)} order by {(axis == CurveAxis.Step ? "last_step, last_at" : "first_at, first_step")}) b
        """;

    private static string TailsOf(CurveAxis axis) => $"""
        select n.place, p.step, p.at, p.value {Wanted}
        left join lateral (select last_step, last_at from experiments.bucket where series_id = n.series_id order by last_step desc, last_at desc limit 1) b on true
        cross join lateral (select step, at, value from experiments.point
            where series_id = n.series_id and (step, at) > (coalesce(b.last_step, -9223372036854775808), coalesce(b.last_at, -9223372036854775808)) and {Within(axis)} order by {Order(axis)}) p
        """;

    private static string Within(CurveAxis axis) => axis == CurveAxis.Step ? "step between n.low and n.high" : "at between n.low and n.high";

    private static string Order(CurveAxis axis) => axis == CurveAxis.Step ? "step, at, value" : "at, step";

    private static string Overlap(CurveAxis axis) => axis == CurveAxis.Step
        ? "b.last_step >= n.low and b.first_step <= n.high"
        : "greatest(b.first_at, b.last_at) >= n.low and least(b.first_at, b.last_at) <= n.high";

    /// <summary>Metrics of an experiment whose name holds a text, at most so many, in the order of their names. The caller has checked that it may be seen.</summary>
    public async Task<IReadOnlyList<string>> Keys(long experimentId, string text, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // From key to key by the index: there may be a million series of a few names.
        return (await connection.QueryAsync<string>(new("""
            with recursive keys as (
                (select key from experiments.series where experiment_id = @experimentId order by key limit 1)
                union all
                select (select s.key from experiments.series s where s.experiment_id = @experimentId and s.key > k.key order by s.key limit 1) from keys k where k.key is not null
            )
            select key from keys where key ilike @like limit @most
            """, new { experimentId, like = Like.Within(text), most }, cancellationToken: cancel))).AsList();
    }
}
