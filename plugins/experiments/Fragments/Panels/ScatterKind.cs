using Crucible.Charts;
using Crucible.Experiments.Domain.Plots;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>Two columns of all runs against each other.</summary>
internal static class ScatterKind
{
    private const int MostGroups = 6;

    public static PanelKind Kind { get; } = new("scatter", "Scatter", "chart", Draw)
    {
        Fields =
        [
            Plot.Column("x", "Left to right", note: "A parameter or a metric: params.lr, metrics.loss, min(metrics.loss)."), Plot.Column("y", "Upwards"), Plot.Column("by", "Coloured by", optional: true),
            new("scale", "Scales", PanelFieldType.Choice) { Choices = [("linear", "Linear"), ("x", "Logarithmic from left to right"), ("y", "Logarithmic upwards"), ("xy", "Both logarithmic")] },
            new("trend", "Trend", PanelFieldType.Choice) { Choices = [("line", "A line of least squares"), ("none", "None")] },
        ],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (PlotColumn.Read(request.Panel.Setting("x")) is not { } x || PlotColumn.Read(request.Panel.Setting("y")) is not { } y)
            return null;
        var by = PlotColumn.Read(request.Panel.Setting("by"));
        var runs = await Plot.Runs(request, cancel);
        var table = await Plot.Table(request, runs, by is null ? [x, y] : [x, y, by], cancel);
        var groups = by is null ? [] : table.Groups(by, MostGroups).SelectMany(g => g.Runs.Select(r => (Run: r, g.Name))).ToDictionary(g => g.Run, g => g.Name);
        var dots = runs.Select(r => new Dot(table.Number(r.RunId, x), table.Number(r.RunId, y), r.Name, by is null ? "" : groups.GetValueOrDefault(r.RunId, "other")))
            .Where(d => double.IsFinite(d.X) && double.IsFinite(d.Y)).ToList();
        var scale = request.Panel.Setting("scale") ?? "";
        return Plot.Drawing(request, typeof(ScatterPlot), $"{y.Title} by {x.Title}", Plot.Count(dots.Count, runs.Count),
            (nameof(ScatterPlot.XTitle), x.Title), (nameof(ScatterPlot.YTitle), y.Title), (nameof(ScatterPlot.Zoom), false),
            (nameof(ScatterPlot.Plan), new ScatterPlan { Dots = dots, LogX = scale.Contains('x', StringComparison.Ordinal), Log = scale.Contains('y', StringComparison.Ordinal), Trend = request.Panel.Setting("trend") != "none" }));
    }
}
