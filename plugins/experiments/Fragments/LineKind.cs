using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Pages;
using Crucible.Ui.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments;

/// <summary>Curves of one metric, or of all whose keys fit a pattern, in up to a hundred runs.</summary>
public static class LineKind
{
    /// <summary>More lines than this are left out, which the panel says.</summary>
    public const int MostLines = 100;

    // A hundred lines of so many columns are below 300 kB.
    private const int ColumnsTogether = 11_000;

    // Few lines state every value, which takes five times the room.
    private const int ExactTogether = 1200;

    /// <summary>The kind.</summary>
    public static PanelKind Kind { get; } = new(BoardPanel.Line, "Curves", "chart", Draw)
    {
        Fields = [new("key", "Metric", PanelFieldType.Metric) { Note = "A * stands for any part of a name: layer*/grad draws them all." }],
    };

    private static async Task<PanelDrawing?> Draw(PanelRequest request, CancellationToken cancel)
    {
        if (request.Panel.Setting("key") is not { } key)
            return null;
        var charts = request.Services.GetRequiredService<ChartStore>();
        var ids = request.Runs.Shown.Select(r => r.Run.RunId).ToArray();
        // Before the curves: they may then hold more than this says, never less.
        var revisions = await charts.Revisions([.. request.Runs.Shown.Where(r => r.Live).Select(r => r.Run.RunId)], cancel);
        var pattern = key.Contains('*', StringComparison.Ordinal);
        var keys = await Keys(charts, ids, key, cancel);
        var lines = (await charts.Series(ids, keys, ChartStore.MostKeys, cancel)).ToLookup(l => l.RunId);
        var found = request.Runs.Shown.SelectMany(r => lines[r.Run.RunId].Select(line => (Run: r, Line: line))).ToList();
        var looks = keys.Select((k, i) => (k, i)).ToDictionary(k => k.k, k => k.i + 1);
        var alone = request.Runs.Shown.Count == 1;
        var wanted = found.Take(MostLines).Select(f => new RunCurve(f.Run.Run, f.Line, [], revisions.GetValueOrDefault(f.Run.Run.RunId), f.Run.Live, pattern && alone ? looks[f.Line.Key] : f.Run.Look)
        {
            Name = !pattern ? null : alone ? f.Line.Key : $"{f.Run.Run.Name} {f.Line.Key}",
            Marked = f.Run.Marked,
        }).ToList();
        var columns = Math.Clamp((wanted.Count > ChartPlan.DenseFrom ? ColumnsTogether : ExactTogether) / Math.Max(1, wanted.Count), 20, Math.Clamp(request.Width / 2, 60, 500));
        var curves = await request.Services.GetRequiredService<CurveReader>().Read(wanted, columns, request.Filter, cancel);
        var groups = request.Filter.Group is { } group && !pattern ? await charts.Groups(ids, group, cancel) : null;
        return new(typeof(LinePanel),
            (nameof(LinePanel.Request), request), (nameof(LinePanel.Curves), curves), (nameof(LinePanel.Columns), columns), (nameof(LinePanel.Groups), groups), (nameof(LinePanel.Remark), Remark(request, key, pattern, found.Count, curves)));
    }

    /// <summary>The metrics of these runs that a panel's <c>key</c> names.</summary>
    public static async Task<string[]> Keys(ChartStore charts, Guid[] runIds, string key, CancellationToken cancel) => key.Contains('*', StringComparison.Ordinal)
        ? [.. MetricGroups.Sort((await charts.Keys(runIds, cancel)).Select(k => k.Key).Where(k => Fits(k, key)), k => k)] : [key];

    // What the picture does not show, in words.
    private static string Remark(PanelRequest request, string key, bool pattern, int found, IReadOnlyList<RunCurve> curves)
    {
        var said = new List<string>();
        if (found > MostLines)
            said.Add($"{MostLines} of {Numbers.Count(found)} lines are shown. Choose fewer runs or metrics.");
        if (curves.Count(c => c.IsBlank) is > 0 and var blank)
            said.Add(blank == curves.Count ? curves.Count == 1 ? "Every value is NaN." : "Every value of every line is NaN." : $"{Lines(blank)} only of NaN.");
        if (curves.Count(c => c.IsInfinite) is > 0 and var infinite)
            said.Add($"{Lines(infinite)} infinite values; they lie on the edge.");
        if (request.Filter.XMetric is { } across && curves.Count(c => c.Across is null) is > 0 and var lost)
            said.Add(lost == curves.Count ? $"No run logged {across} here." : $"{Numbers.Count(lost)} of {Numbers.Count(curves.Count)} runs never logged {across}.");
        if (!pattern && request.Runs.Shown.Count - found is > 0 and var missing && found > 0)
            said.Add($"{Numbers.Count(missing)} of {Numbers.Count(request.Runs.Shown.Count)} runs never logged it.");
        return string.Join(' ', said);
    }

    private static string Lines(int count) => count == 1 ? "One line has" : $"{Numbers.Count(count)} lines have";

    /// <summary>Whether a key fits a pattern in which * is any part.</summary>
    public static bool Fits(string key, string pattern)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
            return key == pattern;
        if (!key.StartsWith(parts[0], StringComparison.Ordinal) || key.Length < pattern.Length - parts.Length + 1)
            return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var next = key.IndexOf(part, at, StringComparison.Ordinal);
            if (next < 0)
                return false;
            at = next + part.Length;
        }
        return key.Length - at >= parts[^1].Length && key.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
