using Crucible.Charts;
using Crucible.Experiments.Domain.Plots;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>How a value is distributed within groups of runs.</summary>
internal static class BoxKind
{
    private const int MostGroups = 12;

    public static PanelKind Kind { get; } = new("box", "Boxes or violins", "chart", Draw)
    {
        Fields =
        [
            Plot.Column("y", "Value"), Plot.Column("by", "Grouped by", note: "Numbers of more than twelve values are gathered into ranges."),
            new("shape", "Shape", PanelFieldType.Choice) { Choices = [("box", "Boxes"), ("violin", "Violins")] }, new("scale", "Scale", PanelFieldType.Choice) { Choices = [("linear", "Linear"), ("y", "Logarithmic")] },
        ],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (PlotColumn.Read(request.Panel.Setting("y")) is not { } y || PlotColumn.Read(request.Panel.Setting("by")) is not { } by)
            return null;
        var runs = await Plot.Runs(request, cancel);
        var table = await Plot.Table(request, runs, [y, by], cancel);
        var groups = table.Groups(by, MostGroups).Select(g => new BoxGroup(g.Name, [.. g.Runs.Select(r => table.Number(r, y)).Where(double.IsFinite)])).Where(g => g.Values.Count > 0).ToList();
        return Plot.Drawing(request, typeof(BoxPlot), $"{y.Title} by {by.Title}", Plot.Count(groups.Sum(g => g.Values.Count), runs.Count), (nameof(BoxPlot.XTitle), by.Title), (nameof(BoxPlot.YTitle), y.Title),
            (nameof(BoxPlot.Plan), new BoxPlan { Groups = groups, Violin = request.Panel.Setting("shape") == "violin", Log = request.Panel.Setting("scale") == "y" }));
    }
}
