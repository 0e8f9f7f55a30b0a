using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.People;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers from the stores what small lists of runs and the charts above the run table show.</summary>
public sealed class ExperimentReader(RunTableStore tables, RunTableReader reader, SeriesStore series, TrendStore trends, RunReader runs)
{
    private static readonly ChartFilter StripFilter = ChartFilter.Read(_ => null);

    /// <summary>Runs at work whose curves grow above the table.</summary>
    public const int MostAtWork = 3;

    /// <summary>The run table. The caller has checked that the experiment may be seen.</summary>
    public Task<RunTableView> Table(long experimentId, RunTableFilter filter, Actor actor, CancellationToken cancel) => reader.Read(experimentId, filter, actor, cancel);

    /// <summary>Curves of the runs at work and of the best one: the score and the loss.</summary>
    public async Task<IReadOnlyList<(string Key, IReadOnlyList<RunCurve> Curves)>> Strip(RunTableView table, CancellationToken cancel)
    {
        // The best one may be folded away in its sweep, or stand on a later page.
        var best = table.Best is { RunId: var id } ? await tables.Runs([id], cancel) : [];
        var chosen = table.Lines.Select(l => l.Run).Where(r => r.Run.Status == RunStatus.Running).Take(MostAtWork)
            .Concat(best).Concat(table.Lines.Where(l => l.Trend.Count > 1).Select(l => l.Run).Take(2)).DistinctBy(r => r.RunId).Take(4).ToList();
        var all = await series.OfRuns([.. chosen.Select(r => r.RunId)], cancel);
        var lines = all.Where(l => !l.Key.StartsWith(MetricGroups.System, StringComparison.Ordinal)).ToList();
        var keys = MetricGroups.Sort(lines.Select(l => l.Key).Distinct(), k => k);
        var shown = keys.Where(k => !table.Goals.SmallIsGood(k)).Take(1).Concat(keys.Where(table.Goals.SmallIsGood).OrderByDescending(k => k.StartsWith("train", StringComparison.Ordinal)).Take(1)).ToList();
        var charts = new List<(string, IReadOnlyList<RunCurve>)>();
        foreach (var key in shown)
        {
            var curves = new List<RunCurve>();
            foreach (var (run, place) in chosen.Select((r, i) => (r, i)))
                if (lines.FirstOrDefault(l => l.RunId == run.RunId && l.Key == key) is { } line)
                    curves.Add(await runs.Curve(run, line, all.Where(l => l.RunId == run.RunId), RunPanel.PanelColumns, StripFilter, cancel) with { Colour = place + 1 });
            charts.Add((key, curves));
        }
        return charts;
    }

    /// <summary>Runs of any experiments for a small list: each with the course of what it is judged by.</summary>
    public async Task<IReadOnlyList<RunLine>> Brief(IReadOnlyList<RunRow> runs, CancellationToken cancel)
    {
        if (runs.Count == 0)
            return [];
        var ids = runs.Select(r => r.RunId).ToArray();
        var all = await series.OfRuns(ids, cancel);
        var judged = all.Where(s => !s.Key.StartsWith(MetricGroups.System, StringComparison.Ordinal)).GroupBy(s => s.RunId).ToDictionary(g => g.Key, g => MetricGroups.Sort(g, s => s.Key)[0]);
        var cells = await tables.Cells(ids, new([], TotalSteps.Keys, []), ids, cancel);
        var courses = await trends.Of(judged.Values, cancel);
        return [.. runs.Select(r => new RunLine(r, r.Run.Status == RunStatus.Running ? RunTableReader.Progress(r, cells) : null, 0)
        {
            Trends = judged.TryGetValue(r.RunId, out var one) ? new Dictionary<string, IReadOnlyList<Point>> { [one.Key] = courses[one.SeriesId] } : [],
        })];
    }

}
