using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Plots;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>
/// Which parameters a metric depends on: for each parameter by itself, the share of the metric's variance among the runs that
/// its values explain (<see cref="Association.OmegaSquared"/>; numbers of more than six values in six ranges). It sees no
/// parameters that matter only together.
/// </summary>
internal static class ImportanceKind
{
    private const int MostParams = 60;
    private const int Ranges = 6;

    public static PanelKind Kind { get; } = new("importance", "Parameter importance", "sort", Draw)
    {
        Fields = [Plot.Column("y", "Of this result", note: "The share of its variance that each parameter explains by itself (ω²). Parameters that matter only together are not seen.")],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (PlotColumn.Read(request.Panel.Setting("y")) is not { } y)
            return null;
        var runs = await Plot.Runs(request, cancel);
        var parameters = await request.Services.GetRequiredService<PlotStore>().Differing([.. runs.Select(r => r.RunId)], MostParams, cancel);
        var table = await Plot.Table(request, runs, [y, .. parameters], cancel);
        var found = parameters.Where(p => p != y)
            .Select(p => (Column: p, Share: Association.OmegaSquared(table.Groups(p, Ranges).Select(g => g.Runs.Select(r => table.Number(r, y)))),
                Sign: table.IsNumeric(p) ? Association.Spearman(runs.Select(r => (table.Number(r.RunId, p), table.Number(r.RunId, y)))) : double.NaN))
            .Where(p => p.Share is not null).OrderByDescending(p => p.Share).ThenBy(p => p.Column.Key, StringComparer.Ordinal).ToList();
        return new(typeof(ImportancePanel), (nameof(ImportancePanel.Request), request), (nameof(ImportancePanel.Of), y.Title), (nameof(ImportancePanel.Runs), runs.Count(r => double.IsFinite(table.Number(r.RunId, y)))),
            (nameof(ImportancePanel.Params), (IReadOnlyList<ParamImportance>)[.. found.Select(f => new ParamImportance(f.Column.Key, f.Share!.Value, f.Sign))]));
    }
}

/// <summary>What a parameter explains.</summary>
/// <param name="Key">The parameter.</param>
/// <param name="Share">Of the variance, 0 to 1.</param>
/// <param name="Correlation">Spearman's with the result; NaN for a parameter of words.</param>
public sealed record ParamImportance(string Key, double Share, double Correlation);
