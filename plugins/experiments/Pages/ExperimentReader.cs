using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.People;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers from the stores what the page of an experiment shows.</summary>
public sealed class ExperimentReader(RunTableStore tables, SearchStore search, SeriesStore series, TrendStore trends, RunReader runs)
{
    private const int UsualMetrics = 5;
    private const int UsualParams = 4;
    private static readonly ChartFilter StripFilter = ChartFilter.Read(_ => null);

    /// <summary>Runs at work whose curves grow above the table.</summary>
    public const int MostAtWork = 3;

    /// <summary>The run table. The caller has checked that the experiment may be seen.</summary>
    public async Task<RunTableView> Table(long experimentId, RunTableFilter filter, Actor actor, CancellationToken cancel)
    {
        var counts = tables.Counts(experimentId, cancel);
        if (filter.Search(out var which, out var order) is { } wrong)
            return new(experimentId, filter, [], filter.Columns ?? []) { Error = wrong, Counts = await counts };
        var ids = await search.Runs(which, order, [experimentId], filter.Deleted ? ViewType.Deleted : ViewType.Active, RunTableFilter.PageSize + 1, filter.Skip, actor, cancel);
        var rows = await tables.Rows([.. ids.Take(RunTableFilter.PageSize)], cancel);
        var columns = filter.Columns ?? Usual(rows);
        var view = new RunTableView(experimentId, filter, [], columns) { Known = rows, More = ids.Length > RunTableFilter.PageSize, Counts = await counts };
        var best = view.First is { } first ? tables.Best(experimentId, first, RunTableView.SmallIsGood(first), cancel) : null;
        return view with { Lines = await Lines(view, rows.Runs, cancel), Best = best is null ? null : await best };
    }

    /// <summary>Curves of the runs at work and of the best one: the score and the loss.</summary>
    public async Task<IReadOnlyList<(string Key, IReadOnlyList<RunCurve> Curves)>> Strip(RunTableView table, CancellationToken cancel)
    {
        var chosen = table.Lines.Select(l => l.Run).Where(r => r.Run.Status == RunStatus.Running).Take(MostAtWork)
            .Concat(table.Lines.Select(l => l.Run).Where(r => r.RunId == table.Best?.RunId)).Concat(table.Lines.Where(l => l.Trend.Count > 1).Select(l => l.Run).Take(2)).DistinctBy(r => r.RunId).Take(4).ToList();
        var all = await series.OfRuns([.. chosen.Select(r => r.RunId)], cancel);
        var lines = all.Where(l => !l.Key.StartsWith(MetricGroups.System, StringComparison.Ordinal)).ToList();
        var keys = MetricGroups.Sort(lines.Select(l => l.Key).Distinct(), k => k);
        var shown = keys.Where(k => !RunTableView.SmallIsGood(k)).Take(1).Concat(keys.Where(RunTableView.SmallIsGood).OrderByDescending(k => k.StartsWith("train", StringComparison.Ordinal)).Take(1)).ToList();
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
        var cells = await tables.Cells(ids, [], TotalSteps.Keys, ids, cancel);
        var courses = await trends.Of(judged.Values, cancel);
        return [.. runs.Select(r => new RunLine(r, new Dictionary<string, double>(), new Dictionary<string, string>(),
            judged.TryGetValue(r.RunId, out var one) ? courses[one.SeriesId] : [], r.Run.Status == RunStatus.Running ? Progress(r, cells) : null, 0))];
    }

    private async Task<IReadOnlyList<RunLine>> Lines(RunTableView view, IReadOnlyList<RunRow> runs, CancellationToken cancel)
    {
        var (metrics, parameters) = (view.Columns.Where(c => c.IsMetric).Select(c => c.Key).ToArray(), view.Columns.Where(c => !c.IsMetric).Select(c => c.Key).ToArray());
        var running = runs.Where(r => r.Run.Status == RunStatus.Running).Select(r => r.RunId).ToArray();
        var cells = await tables.Cells([.. runs.Select(r => r.RunId)], metrics, [.. parameters, .. TotalSteps.Keys], running, cancel);
        var judged = view.First is { } first ? runs.Select(r => cells.Metrics.GetValueOrDefault((r.RunId, first))).OfType<Data.Series>().ToList() : [];
        var courses = await trends.Of(judged, cancel);
        var lines = runs.Select(run => new RunLine(run,
            metrics.Where(k => cells.Metrics.ContainsKey((run.RunId, k))).ToDictionary(k => k, k => cells.Metrics[(run.RunId, k)].LastValue),
            parameters.Where(k => cells.Params.ContainsKey((run.RunId, k))).ToDictionary(k => k, k => cells.Params[(run.RunId, k)]),
            view.First is { } key && cells.Metrics.TryGetValue((run.RunId, key), out var shown) ? courses[shown.SeriesId] : [],
            Progress(run, cells), 0)).ToList();
        return view.Filter.Sort.Length == 0 ? Nested(lines) : lines;
    }

    /// <summary>What most runs have, scores first, and the parameters in which they differ.</summary>
    private static IReadOnlyList<RunColumn> Usual(TableRows rows)
    {
        var most = rows.Metrics.Count == 0 ? 0 : rows.Metrics.Max(m => m.Runs);
        var metrics = MetricGroups.Sort(rows.Metrics.Where(m => m.Runs * 4 >= most), m => m.Key).Take(UsualMetrics).Select(m => new RunColumn(true, m.Key));
        var differing = rows.Params.Where(p => p.Values > 1).OrderByDescending(p => p.Runs).ThenBy(p => p.Key, StringComparer.Ordinal);
        return [.. metrics, .. differing.Take(UsualParams).Select(p => new RunColumn(false, p.Key))];
    }

    private static double? Progress(RunRow run, TableCells cells) =>
        cells.Reached.TryGetValue(run.RunId, out var reached)
        && TotalSteps.Of(TotalSteps.Keys.Where(k => cells.Params.ContainsKey((run.RunId, k))).Select(k => (k, cells.Params[(run.RunId, k)]))) is { } steps
            ? Math.Clamp((double)reached.Step / steps, 0, 1) : null;

    /// <summary>Children below their parent where both are shown; the rest stays where it is.</summary>
    private static List<RunLine> Nested(List<RunLine> lines)
    {
        var shown = lines.Select(l => l.Run.RunId).ToHashSet();
        var children = lines.Where(l => l.Run.ParentRunId is { } parent && parent != l.Run.RunId && shown.Contains(parent)).ToLookup(l => l.Run.ParentRunId!.Value);
        var sorted = new List<RunLine>();
        var placed = new HashSet<Guid>();
        void Place(RunLine line, int depth)
        {
            if (!placed.Add(line.Run.RunId))
                return;
            sorted.Add(line with { Depth = Math.Min(depth, 4) });
            foreach (var child in children[line.Run.RunId])
                Place(child, depth + 1);
        }
        foreach (var line in lines.Where(l => !(l.Run.ParentRunId is { } parent && parent != l.Run.RunId && shown.Contains(parent))))
            Place(line, 0);
        // Runs that are their own ancestors would otherwise be nowhere.
        foreach (var line in lines)
            Place(line, 0);
        return sorted;
    }
}
