using System.Text;
using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>What an experiment came to: its runs by metrics, or groups of them with mean and spread.</summary>
public sealed class ResultsModel(ResultStore results, Database database) : ExperimentPageModel
{
    private const int UsualMetrics = 5;
    private const int MostMetrics = 12;

    /// <summary>What the page shows.</summary>
    public ResultsView View { get; private set; } = null!;

    /// <summary>The page, or the results as a file.</summary>
    public async Task<IActionResult> OnGet(long id, string? group, string? sort, string? format, CancellationToken cancel)
    {
        var cursor = ByScript || format is not null ? null : await database.CursorOf([Topics.Experiment(id)], cancel);
        if (await JudgedFrame(id, cancel) is not { } frame)
            return NotFound();
        var (metrics, parameters) = await results.Keys(id, cancel);
        var known = MetricGroups.Sort(metrics, m => m);
        string[] asked = [.. Request.Query["metrics"].OfType<string>().Where(known.Contains).Distinct().Take(MostMetrics)];
        string[] shown = asked.Length > 0 ? asked : [.. known.Take(UsualMetrics)];
        var by = group is { Length: > 0 and <= 250 } && !group.Contains('\0') ? group : null;
        var (runs, values) = await results.Read(id, shown, by, cancel);
        var goals = await Get<MetricGoalStore>().Of(id, cancel);
        var table = new Results([.. shown.Select(k => new ResultMetric(k, goals.SmallIsGood(k)))],
            [.. runs.Select(r => new ResultRow(r.RunId, r.Name, r.Status, r.Group, [.. shown.Select(k => values[r.RunId].Where(v => v.Key == k).Select(v => (double?)v.Value).FirstOrDefault())]))], by);
        if (format is not null)
            return ResultText.Of(table, format) is { } file ? File(Encoding.UTF8.GetBytes(file.Text), $"{file.Type}; charset=utf-8", $"results-{id}.{format}") : NotFound();
        View = new(frame, table, known, parameters) { Sort = Math.Max(0, Array.IndexOf(shown, sort)), Chosen = asked, Dropped = frame.Counts.All - runs.Count };
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, [Topics.Experiment(id)]);
        return Page();
    }
}
