using System.Diagnostics;
using System.Text.Json;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;
using Npgsql;

namespace Crucible.Benchmarks.Figures;

/// <summary>Exports by the job, from being asked for until the file is on disk, beside a COPY of the same rows to nowhere.</summary>
internal static class ExportFigures
{
    private static readonly string[] Formats = ["csv", "jsonl"];

    public static async Task Measure(Bench bench)
    {
        var curves = await bench.LongCurves();
        var experiment = curves.Experiment;
        var rows = await Ask<long>(bench, "select sum(points)::bigint from experiments.series where experiment_id = $1", experiment);
        using var connection = bench.Connect();
        foreach (var format in Formats)
            await Points(bench, connection, experiment, rows, format);
        var hundred = await bench.HundredCurves();
        using (var after = bench.Connect())
            await Points(bench, after, hundred.Experiment, hundred.Runs.Count * (long)bench.Options.CurvePoints, "csv");
        var many = await bench.ManyRuns();
        using var again = bench.Connect();
        var (runsTook, _) = await Export(bench, again, many.Experiments[0], "csv", "runs\",\"params\",\"metrics\",\"tags");
        bench.Add(new($"export of {bench.Options.RunsOfEach:#,0} runs with all they logged as csv", bench.Options.RunsOfEach / runsTook.TotalSeconds, "runs/s"));
    }

    private static async Task Points(Bench bench, RawConnection connection, long experiment, long rows, string format)
    {
        await Export(bench, connection, experiment, format, "points"); // compiles what writes it
        var (before, resident) = (Cost.Of(bench.Site), ProcessUse.Rss(bench.Site.Process.Id));
        var (took, most) = await Export(bench, connection, experiment, format, "points");
        var cost = Cost.Of(bench.Site) - before;
        var copied = await Copied(bench, experiment);
        bench.Add(new($"export of {rows:#,0} points as {format}", rows / took.TotalSeconds, "rows/s", new("bare COPY of the same join to nowhere", rows / copied.TotalSeconds), Aim.AtLeast(200_000)) { Note = cost.Each(1, "export") });
        bench.Add(new($"export of {rows:#,0} points as {format}: memory above that before it, at most", (most - resident) / 1e6, "MB"));
    }

    private static async Task<(TimeSpan Took, long MostMemory)> Export(Bench bench, RawConnection connection, long experiment, string format, string include)
    {
        var began = Stopwatch.GetTimestamp();
        if (connection.Send(Request.Post($"/api/v1/experiments/{experiment}/export", $$"""{"format":"{{format}}","include":["{{include}}"]}""", bench.Site.Bearer)) != 202)
            throw new InvalidOperationException($"Asked for an export, the host answered {connection.Head}");
        var url = $"/api/v1/exports/{Data(connection).GetProperty("id").GetString()}";
        var most = 0L;
        while (true)
        {
            connection.Must(Request.Get(url, bench.Site.Bearer));
            var (state, took) = (Data(connection).GetProperty("state").GetString(), Stopwatch.GetElapsedTime(began));
            most = Math.Max(most, ProcessUse.Rss(bench.Site.Process.Id));
            if (state == "completed")
                return (took, most);
            if (state is not ("queued" or "running") || took > TimeSpan.FromMinutes(5))
                throw new InvalidOperationException($"The export is {state} after {took}.");
            await Task.Delay(20, bench.Cancel);
        }
    }

    private static JsonElement Data(RawConnection connection)
    {
        using var json = JsonDocument.Parse(connection.Body);
        return json.RootElement.GetProperty("data").Clone();
    }

    /// <summary>The same columns of the same rows as PostgreSQL writes them, read and dropped.</summary>
    private static async Task<TimeSpan> Copied(Bench bench, long experiment)
    {
        await using var connection = await bench.Site.Database.OpenConnectionAsync(bench.Cancel);
        var began = Stopwatch.GetTimestamp();
        await using var rows = await connection.BeginRawBinaryCopyAsync($"""
            copy (select s.run_id, s.key, p.step, p.at, p.value from experiments.series s join experiments.point p using (series_id) where s.experiment_id = {experiment}) to stdout (format binary)
            """, bench.Cancel);
        var buffer = new byte[128 * 1024];
        while (await rows.ReadAsync(buffer, bench.Cancel) > 0)
        {
        }
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<T> Ask<T>(Bench bench, string sql, object value)
    {
        await using var command = bench.Site.Database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(bench.Cancel))!;
    }
}
