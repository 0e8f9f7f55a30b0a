using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Plots;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>How numeric parameters and metrics go together, each with each.</summary>
internal static class CorrelationKind
{
    private const int MostColumns = 24;
    private const int UsualEach = 8;

    public static PanelKind Kind { get; } = new("correlation", "Correlations", "table", Draw)
    {
        Fields =
        [
            new("columns", "Columns", PanelFieldType.Text) { Optional = true, Note = "Such as params.lr, metrics.acc. Without any, the parameters that differ and the metrics that most runs have." },
            new("method", "Method", PanelFieldType.Choice) { Choices = [("spearman", "Spearman: of the ranks"), ("pearson", "Pearson: of the values")] },
        ],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        var runs = await Plot.Runs(request, cancel);
        var ids = runs.Select(r => r.RunId).ToArray();
        var store = request.Services.GetRequiredService<PlotStore>();
        var chosen = PlotColumn.ReadAll(request.Panel.Setting("columns"));
        if (chosen.Count == 0)
            chosen = [.. await store.Differing(ids, UsualEach, cancel), .. await store.Common(ids, UsualEach, cancel)];
        var table = await Plot.Table(request, runs, chosen, cancel);
        var columns = chosen.Where(table.IsNumeric).Take(MostColumns).ToList();
        var pearson = request.Panel.Setting("method") == "pearson";
        double Of(PlotColumn a, PlotColumn b)
        {
            var pairs = ids.Select(r => (table.Number(r, a), table.Number(r, b)));
            return pearson ? Association.Pearson(pairs) : Association.Spearman(pairs);
        }
        var values = columns.Select(a => (IReadOnlyList<double>)[.. columns.Select(b => Of(a, b))]).ToList();
        return Plot.Drawing(request, typeof(HeatMap), "Correlations", $"{(pearson ? "Pearson" : "Spearman")}, {Plot.Count(runs.Count, runs.Count)}",
            (nameof(HeatMap.Plan), new HeatPlan { Rows = [.. columns.Select(c => c.Title)], Columns = [.. columns.Select(c => c.Title)], Values = values, Middle = 0, Low = -1, High = 1 }));
    }
}
