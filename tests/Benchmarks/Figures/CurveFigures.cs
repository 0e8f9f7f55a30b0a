using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>Long histories, as the API samples them and as pages draw them.</summary>
internal static class CurveFigures
{
    private const int Compared = 6;

    public static async Task Measure(Bench bench)
    {
        var data = await bench.LongCurves();
        await using var bare = await BareServer.Start();
        var points = $"{bench.Options.CurvePoints:#,0} points";
        var ids = string.Concat(data.Runs.Select(r => $"&run_ids={r:N}"));
        Asking.Median(bench, bare, $"get-history-bulk-interval, 10 runs × {points}",
            Request.Get($"/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval?metric_key={LongCurves.Key}&max_results=320{ids}", bench.Site.Bearer), Aim.Under(200));
        Asking.Median(bench, bare, $"run page with 10 curves × {points}, whole",
            Pages.Get(bench, $"/experiments/runs/{data.Runs[0]:N}"), Aim.Under(300));
        Asking.Median(bench, bare, $"compare page, {Compared} runs × {points}, whole",
            Pages.Get(bench, $"/experiments/compare?runs={string.Join(',', data.Runs.Take(Compared).Select(r => $"{r:N}"))}"), Aim.Under(300));
    }
}
