using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Plots;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>Many columns of all runs side by side; a drag along an axis keeps the runs that pass there.</summary>
internal static class ParallelKind
{
    private const int MostAxes = 12;
    private const int UsualParams = 6;
    private const int MostStrands = 500;
    private const int MostNames = 12;

    public static PanelKind Kind { get; } = new("parallel", "Parallel coordinates", "chart", Draw)
    {
        Fields =
        [
            Plot.Column("y", "Result, which shades the lines"),
            new("columns", "Axes before it", PanelFieldType.Text) { Optional = true, Note = "Such as params.lr, params.batch, max(metrics.acc). Without any, the parameters that differ." },
        ],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (PlotColumn.Read(request.Panel.Setting("y")) is not { } y)
            return null;
        var runs = await Plot.Runs(request, cancel);
        var chosen = PlotColumn.ReadAll(request.Panel.Setting("columns"));
        if (chosen.Count == 0)
            chosen = await request.Services.GetRequiredService<PlotStore>().Differing([.. runs.Select(r => r.RunId)], UsualParams, cancel);
        List<PlotColumn> columns = [.. chosen.Where(c => c != y).Take(MostAxes - 1), y];
        var table = await Plot.Table(request, runs, columns, cancel);
        var having = runs.Where(r => double.IsFinite(table.Number(r.RunId, y))).ToList();
        var names = columns.ToDictionary(c => c, c => table.IsNumeric(c) ? [] : table.Names(c));
        // An axis of a hundred names says nothing.
        columns.RemoveAll(c => names[c].Count > MostNames);
        var strands = having.Take(MostStrands).Select(r => new Strand(r.Name, [.. columns.Select(c => names[c].Count == 0 ? table.Number(r.RunId, c) : table.Text(r.RunId, c) is { } text ? ((List<string>)[.. names[c]]).IndexOf(text) : double.NaN)])).ToList();
        var hint = having.Count > MostStrands ? $"the first {MostStrands} of {having.Count} runs" : Plot.Count(having.Count, runs.Count);
        return Plot.Drawing(request, typeof(ParallelCoordinates), $"What led to {y.Title}", hint, (nameof(ParallelCoordinates.Head), "Run"),
            (nameof(ParallelCoordinates.Plan), new ParallelPlan { Axes = [.. columns.Select(c => new Upright(Name(c, columns)) { Names = names[c], Log = names[c].Count == 0 && IsWide(strands, columns.IndexOf(c)) })], Strands = strands, ShadedBy = columns.Count - 1 }));
    }

    // An axis has little room for its name: the last part of the key says it, unless two would read alike.
    private static string Name(PlotColumn column, IReadOnlyList<PlotColumn> all) =>
        all.Count(c => RunTableView.Short(c.Title) == RunTableView.Short(column.Title)) == 1 ? RunTableView.Short(column.Title) : column.Title;

    // Learning rates from 1e-5 to 1e-1: three tenths of the axis would hold all but one of them.
    private static bool IsWide(IReadOnlyList<Strand> strands, int axis)
    {
        var values = strands.Select(s => s.Values[axis]).Where(double.IsFinite).ToList();
        return values.Count > 1 && values.Min() > 0 && values.Max() / values.Min() >= 50;
    }
}
