using Crucible.Charts;
using Crucible.Experiments.Domain.Plots;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>How often runs reached which values.</summary>
internal static class HistogramKind
{
    public static PanelKind Kind { get; } = new("histogram", "Histogram", "chart", Draw) { Fields = [Plot.Column("y", "Value")] };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (PlotColumn.Read(request.Panel.Setting("y")) is not { } y)
            return null;
        var runs = await Plot.Runs(request, cancel);
        var table = await Plot.Table(request, runs, [y], cancel);
        var values = runs.Select(r => table.Number(r.RunId, y)).Where(double.IsFinite).ToList();
        return Plot.Drawing(request, typeof(Histogram), y.Title, Plot.Count(values.Count, runs.Count), (nameof(Histogram.XTitle), y.Title), (nameof(Histogram.Plan), new HistogramPlan { Values = values }));
    }
}
