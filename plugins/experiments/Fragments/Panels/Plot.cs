using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Plots;
using Crucible.Ui.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments.Panels;

/// <summary>What the kinds of panels that take one value from each run have in common.</summary>
internal static class Plot
{
    /// <summary>As many runs as such a panel takes.</summary>
    public const int MostRuns = 2000;

    /// <summary>Choices of a field that says how runs are told apart or gathered.</summary>
    public static PanelField Column(string name, string label, bool optional = false, string? note = null) => new(name, label, PanelFieldType.Column) { Optional = optional, Note = note };

    /// <summary>The runs that a panel takes: all that the page's filter lets through, not only those that fit on one chart of curves.</summary>
    public static async Task<IReadOnlyList<(Guid RunId, string Name)>> Runs(PanelRequest request, CancellationToken cancel) =>
        [.. (await request.AllRuns(MostRuns, cancel)).Select(r => (r.RunId, r.Name))];

    /// <summary>Columns of those runs.</summary>
    public static Task<PlotTable> Table(PanelRequest request, IReadOnlyList<(Guid RunId, string Name)> runs, IReadOnlyList<PlotColumn> columns, CancellationToken cancel) =>
        request.Services.GetRequiredService<PlotStore>().Read(runs, columns, cancel);

    /// <summary>A chart of the kit as a panel.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="component">The chart.</param>
    /// <param name="title">What it is called unless somebody gave it a title.</param>
    /// <param name="hint">Quiet words after the title: how many runs, what is left out.</param>
    /// <param name="more">Its plan and further parameters.</param>
    public static PanelDrawing Drawing(PanelRequest request, Type component, string title, string? hint, params (string Name, object? Value)[] more) => new(component,
    [
        ("Id", request.Id), ("Url", request.Url), ("Query", PanelRequest.Query), ("Class", "panel"), ("Size", request.Height), ("Title", request.Title ?? title), ("Hint", hint),
        ("Nothing", "None of these runs has such values"), .. more,
    ]);

    /// <summary>How many runs a panel shows, in words, and how many it had to leave out.</summary>
    public static string Count(int shown, int all) => shown == all ? $"{Numbers.Count(all)} {(all == 1 ? "run" : "runs")}{(all == MostRuns ? " at most" : "")}" : $"{Numbers.Count(shown)} of {Numbers.Count(all)} runs have it";
}
