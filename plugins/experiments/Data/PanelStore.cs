using Crucible.Data;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A metric of a run: what stands beside its panel. Only metrics with points are ever read.</summary>
public sealed record MetricLine(long SeriesId, Guid RunId, string Key, long Points, long FirstStep, long LastStep, long FirstAt, long LastAt,
    double LastValue, double? MinValue, double? MaxValue)
{
    internal const string Columns =
        "series_id, run_id, key, points, first_step, last_step, first_at, last_at, last_value, min_value, max_value";
}

/// <summary>A place of a drawn curve: one point, or a column of many with their mean and their range.</summary>
public readonly record struct CurvePoint(long Step, long At, double Value, double Low, double High)
{
    /// <summary>Whether it stands for more than one value.</summary>
    public bool IsRange => Low < High;
}

/// <summary>What part of a curve is drawn.</summary>
/// <param name="FromStep">First step; null from the start.</param>
/// <param name="ToStep">Last step.</param>
/// <param name="FromAt">Earliest time, milliseconds of the Unix epoch.</param>
/// <param name="ToAt">Latest time.</param>
/// <param name="Columns">Into how many columns a long curve is gathered.</param>
public sealed record CurveRange(long? FromStep = null, long? ToStep = null, long? FromAt = null, long? ToAt = null, int Columns = 400);

/// <summary>Metrics as panels draw them. Callers have checked that the runs may be seen.</summary>
public sealed class PanelStore(Database database)
{
    // Below this all points are read and the drawing itself reduces them.
    private const long ReadWhole = 2_500;

    /// <summary>The metrics of these runs.</summary>
    public async Task<IReadOnlyList<MetricLine>> Lines(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<MetricLine>(new(
            $"select {MetricLine.Columns} from experiments.series where run_id = any(@runIds) and points > 0",
            new { runIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>One metric of these runs.</summary>
    public async Task<IReadOnlyList<MetricLine>> Lines(Guid[] runIds, string key, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<MetricLine>(new(
            $"select {MetricLine.Columns} from experiments.series where run_id = any(@runIds) and key = @key and points > 0",
            new { runIds, key }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The curves of these metrics, by series, each in the order of steps.</summary>
    public async Task<ILookup<long, CurvePoint>> Curves(IReadOnlyCollection<MetricLine> lines, CurveRange range, CancellationToken cancel)
    {
        var found = new List<(long Series, CurvePoint Point)>();
        var whole = lines.Where(l => l.Points <= ReadWhole).Select(l => l.SeriesId).ToArray();
        var gathered = lines.Where(l => l.Points > ReadWhole).ToList();
        await using var connection = await database.Open(cancel);
        await using var batch = new NpgsqlBatch(connection);
        if (whole.Length > 0)
            batch.BatchCommands.Add(Command("""
                select series_id, step, at, value, value, value from experiments.point
                where series_id = any($1) and ($2 is null or step >= $2) and ($3 is null or step <= $3)
                  and ($4 is null or at >= $4) and ($5 is null or at <= $5)
                order by series_id, step, at, value
                """, range, Array(whole)));
        foreach (var line in gathered)
            batch.BatchCommands.Add(Command("""
                select $1, max(step), max(at), avg(value) filter (where value not in ('NaN', 'Infinity', '-Infinity')),
                    min(value) filter (where value not in ('NaN', 'Infinity', '-Infinity')), max(value) filter (where value not in ('NaN', 'Infinity', '-Infinity'))
                from experiments.point
                where series_id = $1 and ($2 is null or step >= $2) and ($3 is null or step <= $3)
                  and ($4 is null or at >= $4) and ($5 is null or at <= $5)
                group by width_bucket(step, $6, $7, $8) order by 2
                """, range, new NpgsqlParameter<long> { TypedValue = line.SeriesId }, extra:
                [new NpgsqlParameter<double> { TypedValue = Math.Max(line.FirstStep, range.FromStep ?? line.FirstStep) },
                 new NpgsqlParameter<double> { TypedValue = Math.Min(line.LastStep, range.ToStep ?? line.LastStep) + 1.0 },
                 new NpgsqlParameter<int> { TypedValue = range.Columns }]));
        if (batch.BatchCommands.Count == 0)
            return found.ToLookup(f => f.Series, f => f.Point);
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        do
            while (await rows.ReadAsync(cancel))
                found.Add((rows.GetInt64(0), new(rows.GetInt64(1), rows.GetInt64(2), Value(rows, 3), Value(rows, 4), Value(rows, 5))));
        while (await rows.NextResultAsync(cancel));
        return found.ToLookup(f => f.Series, f => f.Point);
    }

    private static double Value(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? double.NaN : row.GetDouble(column);

    private static NpgsqlBatchCommand Command(string sql, CurveRange range, NpgsqlParameter series, IEnumerable<NpgsqlParameter>? extra = null)
    {
        // The types are stated, since a null says nothing about them.
        var command = new NpgsqlBatchCommand(sql) { Parameters = { series } };
        foreach (var bound in (long?[])[range.FromStep, range.ToStep, range.FromAt, range.ToAt])
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Bigint, Value = bound is { } value ? value : DBNull.Value });
        foreach (var parameter in extra ?? [])
            command.Parameters.Add(parameter);
        return command;
    }

    private static NpgsqlParameter<long[]> Array(long[] values) => new() { TypedValue = values };
}
