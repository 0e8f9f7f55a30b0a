using Crucible.Charts;
using Crucible.Experiments.Domain.Plots;
using Crucible.Ui.Text;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>One value of each run as a bar, or the mean of groups of runs.</summary>
internal static class BarKind
{
    private const int MostBars = 30;

    public static PanelKind Kind { get; } = new("bar", "Bars", "chart", Draw)
    {
        Fields =
        [
            Plot.Column("y", "Value", note: "Such as metrics.accuracy or min(metrics.loss)."), Plot.Column("by", "Grouped by", optional: true, note: "Without it there is a bar for each run that is drawn; with it the mean of each group and its standard deviation."),
        ],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (PlotColumn.Read(request.Panel.Setting("y")) is not { } y)
            return null;
        return PlotColumn.Read(request.Panel.Setting("by")) is { } by ? await Grouped(request, y, by, cancel) : await Single(request, y, cancel);
    }

    private static async Task<PanelDrawing> Single(PanelRequest request, PlotColumn y, CancellationToken cancel)
    {
        var runs = request.Runs.Shown.Select(r => (r.Run.RunId, r.Run.Name)).ToList();
        var table = await Plot.Table(request, runs, [y], cancel);
        var bars = request.Runs.Shown.Select(r => new Bar(r.Run.Name, table.Number(r.Run.RunId, y)) { Colour = Look.Of(r.Look).Hue }).Where(b => double.IsFinite(b.Value)).ToList();
        var hint = bars.Count > MostBars ? $"the first {MostBars} of {Numbers.Count(bars.Count)} runs" : Plot.Count(bars.Count, runs.Count);
        return Plot.Drawing(request, typeof(BarChart), y.Title, hint, (nameof(BarChart.Items), (IReadOnlyList<Bar>)[.. bars.Take(MostBars)]));
    }

    private static async Task<PanelDrawing> Grouped(PanelRequest request, PlotColumn y, PlotColumn by, CancellationToken cancel)
    {
        var runs = await Plot.Runs(request, cancel);
        var table = await Plot.Table(request, runs, [y, by], cancel);
        var groups = table.Groups(by, MostBars).Select(g => (g.Name, Values: g.Runs.Select(r => table.Number(r, y)).Where(double.IsFinite).ToList())).Where(g => g.Values.Count > 0).ToList();
        return Plot.Drawing(request, typeof(BarChart), $"{y.Title} by {by.Title}", $"mean ± standard deviation, {Plot.Count(groups.Sum(g => g.Values.Count), runs.Count)}", (nameof(BarChart.XTitle), by.Title),
            (nameof(BarChart.Plan), new BarPlan { Categories = [.. groups.Select(g => g.Name)], Series = [new(y.Title, [.. groups.Select(g => g.Values.Average())]) { Errors = [.. groups.Select(g => Deviation(g.Values))] }] }));
    }

    // Of a sample: divided by n − 1.
    private static double Deviation(List<double> values)
    {
        var mean = values.Average();
        return values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }
}
