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
    private const long RawAtMost = 16_384;

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
        columns = Math.Clamp(columns, 1, 4000);
        await using var connection = await database.Open(cancel);
        var series = await connection.QuerySingleOrDefaultAsync<Series>(new(
            $"select {Columns} from experiments.series where run_id = @runId and key = @key and points > 0", new { runId, key }, cancellationToken: cancel));
        if (series is null)
            return null;
        var (first, last) = axis == CurveAxis.Step ? (series.FirstStep, series.LastStep) : (series.FirstAt, series.LastAt);
        var range = new CurveRange(axis, from ?? first, to ?? (axis == CurveAxis.Step ? last : long.MaxValue), Math.Max(first, to ?? last), columns);
        var raw = series.Points <= RawAtMost || await InRange(connection, series.SeriesId, range, cancel) <= RawAtMost;
        var sql = (axis, raw) switch
        {
            (CurveAxis.Step, true) => $"{PointsByStep} order by 1, 2",
            (CurveAxis.Step, false) => $"{BucketsByStep} union all {PointsByStep} and {BehindBuckets} order by 1, 2",
            (_, true) => $"{PointsByTime} order by 2, 1",
            _ => $"{BucketsByTime} union all {PointsByTime} and {BehindBuckets} order by 2, 1",
        };
        return new(series, await Read(connection, sql, series.SeriesId, range, cancel));
    }

    /// <summary>How many points a range has, to within a bucket and the tail behind the buckets.</summary>
    private static Task<long> InRange(NpgsqlConnection connection, long seriesId, CurveRange range, CancellationToken cancel) =>
        connection.QuerySingleAsync<long>(new($"""
            select ((select coalesce(sum(points), 0) from experiments.bucket where series_id = @seriesId and {Overlap(range.Axis)})
                + (select points - rolled_points from experiments.series where series_id = @seriesId))::bigint
            """.Replace("$2", "@From").Replace("$3", "@To"), new { seriesId, range.From, range.To }, cancellationToken: cancel));

    private static async Task<IReadOnlyList<CurveColumn>> Read(NpgsqlConnection connection, string sql, long seriesId, CurveRange range, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = seriesId }, new NpgsqlParameter<long> { TypedValue = range.From },
                new NpgsqlParameter<long> { TypedValue = range.To },
            },
        };
        var columns = new CurveColumns(range);
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
            columns.Add(new(Point(row, 0)!.Value, Point(row, 3), Point(row, 6), Point(row, 9)!.Value, row.GetInt64(12)));
        return columns.Done();
    }

    private static CurvePoint? Point(NpgsqlDataReader row, int at) =>
        row.IsDBNull(at + 2) ? null : new(row.GetInt64(at), row.GetInt64(at + 1), row.GetDouble(at + 2));

    // Points and buckets in one form: first, least, greatest and last, each as (step, at, value). A statement for each axis,
    // so that a plan kept for all values still uses the index of the steps.
    private const string Points = """
        select step, at, value, step, at, nullif(value, 'NaN'), step, at, nullif(value, 'NaN'), step, at, value, 1::bigint
        from experiments.point where series_id = $1
        """;

    private const string PointsByStep = $"{Points} and step between $2 and $3";
    private const string PointsByTime = $"{Points} and at between $2 and $3";

    private const string Buckets = """
        select first_step, first_at, first_value, min_step, min_at, min_value, max_step, max_at, max_value, last_step, last_at, last_value, points::bigint
        from experiments.bucket where series_id = $1
        """;

    private static readonly string BucketsByStep = $"{Buckets} and {Overlap(CurveAxis.Step)}";
    private static readonly string BucketsByTime = $"{Buckets} and {Overlap(CurveAxis.Time)}";

    private const string BehindBuckets = """
        (step, at) > (
            coalesce((select last_step from experiments.bucket where series_id = $1 order by last_step desc, last_at desc limit 1), -9223372036854775808),
            coalesce((select last_at from experiments.bucket where series_id = $1 order by last_step desc, last_at desc limit 1), -9223372036854775808))
        """;

    private static string Overlap(CurveAxis axis) => axis == CurveAxis.Step
        ? "last_step >= $2 and first_step <= $3"
        : "greatest(first_at, last_at) >= $2 and least(first_at, last_at) <= $3";

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
