using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;
using Npgsql;

namespace Crucible.Benchmarks.Figures;

/// <summary>Exports by the job, from being asked for to the file being there, beside a COPY of the same rows to nowhere.</summary>
internal static class ExportFigures
{
    private static readonly string[] Formats = ["csv", "jsonl"];

    public static async Task Measure(Bench bench)
    {
        var curves = await bench.LongCurves();
        var experiment = await Experiment(bench, curves.Runs[0]);
        var rows = await Points(bench, experiment);
        foreach (var format in Formats)
        {
            await Export(bench, experiment, format, "points"); // warm
            var before = Cost.Of(bench.Site);
            var memory = bench.Site.Use().Resident;
            var (took, most) = await Export(bench, experiment, format, "points");
            var cost = Cost.Of(bench.Site) - before;
            var copied = await Copied(bench, experiment);
            bench.Add(new($"export of {rows:#,0} points as {format}", rows / took.TotalSeconds, "rows/s", new("bare COPY of the same join to nowhere", rows / copied.TotalSeconds), Aim.AtLeast(200_000)) { Note = cost.Each(1, "export") });
            bench.Add(new($"export of {rows:#,0} points as {format}, memory above the start at most", (most - memory) / 1e6, "MB"));
        }
        var many = await bench.ManyRuns();
        var (runsTook, _) = await Export(bench, many.Experiments[0], "csv", "runs\",\"params\",\"metrics\",\"tags");
        bench.Add(new($"export of {bench.Options.RunsOfEach:#,0} runs with all they logged as csv", bench.Options.RunsOfEach / runsTook.TotalSeconds, "runs/s"));
    }
}
