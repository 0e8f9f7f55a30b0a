using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>One metric of a hundred long runs on one panel, as the page of charts asks for it.</summary>
internal static class PanelFigures
{
    public static async Task Measure(Bench bench)
    {
        var data = await bench.HundredCurves();
        await using var bare = await BareServer.Start();
        var charts = $"/experiments/{data.Experiment}/charts";
        var panel = $"{charts}/panel?panel=line-1&kind=line&auto=1&p.key={LongCurves.Key}&w=800";
        var points = bench.Options.CurvePoints;
        var name = $"panel of {data.Runs.Count} runs × {points:#,0} points";
        var bytes = Asking.Median(bench, bare, $"{name}, whole", Pages.Get(bench, panel), Aim.Under(500));
        bench.Add(new($"{name}, compressed", bytes / 1000.0, "kB", null, Aim.Under(300)));
        Asking.Median(bench, bare, $"{name}, zoomed to a tenth", Pages.Get(bench, $"{panel}&from={points * 4 / 10}&to={points * 5 / 10}"), Aim.Under(500));
        Asking.Median(bench, bare, $"{name}, over relative time, logarithmic", Pages.Get(bench, $"{panel}&x=elapsed&log=1"), Aim.Under(500));
        Asking.Median(bench, bare, $"page of charts of {data.Runs.Count} runs, whole", Pages.Get(bench, charts), null);
    }
}
