using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.Experiments.Fragments;
using Crucible.People;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers from the stores what a run table shows. Callers have checked that the experiment may be seen.</summary>
public sealed class RunTableReader(RunTableStore tables, SearchStore search, GroupStore groups, KeyStore keys, TrendStore trends, MetricGoalStore goals)
{
    private const int UsualMetrics = 5;
    private const int UsualParams = 4;
    private const int GroupsAtOnce = 50;
    private const int UsuallyOpen = 2;
    private const int RowsOfGroup = 10;
    private const int MostDiffering = 20;

    /// <summary>The table from its first row.</summary>
    public async Task<RunTableView> Read(long experimentId, RunTableFilter filter, Actor actor, CancellationToken cancel)
    {
        var counts = tables.Counts(experimentId, cancel);
        var said = goals.Of(experimentId, cancel);
        var view = new RunTableView(experimentId, filter, [], filter.Columns ?? []);
        if (filter.Search(out var which, out var order) is { } wrong)
            return view with { Error = wrong, Counts = await counts, Goals = await said };
        which = filter.Scope.Filter(actor.PersonId).And(which);
        view = view with { Goals = await said };
        view = filter.Group is null ? await Rows(view, filter.Nests ? which.And(RunScopes.Topmost) : which, order, actor, cancel) : await Grouped(view, which, order, actor, cancel);
        var metrics = view.Columns.Where(c => c.IsLast).Concat(view.Columns.Where(c => c.Kind == ColumnKind.Trend)).Select(c => c.Key).Distinct().Select(k => (k, view.Goals.Of(k) == MetricGoal.Min)).ToList();
        return view with { Counts = await counts, Bests = await tables.Best(experimentId, metrics, cancel) };
    }

    /// <summary>The rows that follow a run.</summary>
    public async Task<RunTableView> After(RunTableView table, Guid after, string? within, Actor actor, CancellationToken cancel)
    {
        var filter = table.Filter;
        if (filter.Search(out var which, out var order) is not null)
            return table with { Lines = [], Next = null };
        which = filter.Scope.Filter(actor.PersonId).And(which);
        if (within is not null && filter.Group is { } group)
            which = which.And(group.Of(Value(within)));
        else if (filter.Nests)
            which = which.And(RunScopes.Topmost);
        var view = table with { Groups = null, Within = within };
        // A run that is gone for ever has no place any more: the reader begins again.
        var ids = await search.RunsAfter(which, order, [table.ExperimentId], filter.Scope.View(), RunTableFilter.PageSize + 1, after, actor, cancel) ?? [];
        return await Page(view, ids, RunTableFilter.PageSize, cancel);
    }

    /// <summary>The runs of one group.</summary>
    public async Task<RunTableView> Group(RunTableView table, string token, Actor actor, CancellationToken cancel) =>
        table.Filter.Group is { } group && table.Filter.Search(out var which, out var order) is null
            ? await Within(table, table.Filter.Scope.Filter(actor.PersonId).And(which), order, group, Value(token), token, RowsOfGroup, actor, cancel)
            : table with { Lines = [] };

    /// <summary>The runs nested in one.</summary>
    public async Task<RunTableView> Children(RunTableView table, Guid parent, int depth, int skip, CancellationToken cancel)
    {
        var ids = await tables.Children(parent, RunTableFilter.PageSize + 1, skip, cancel);
        var view = await Lines(table with { Parent = parent, Depth = Math.Min(depth, 4), Groups = null, Next = null }, [.. ids.Take(RunTableFilter.PageSize)], cancel);
        return view with { Next = ids.Length > RunTableFilter.PageSize ? ("skip", (skip + RunTableFilter.PageSize).ToString(System.Globalization.CultureInfo.InvariantCulture)) : null };
    }

    /// <summary>Which runs a table shows, whichever page: their ids, in no order.</summary>
    public async Task<Guid[]> All(long experimentId, RunTableFilter filter, Actor actor, CancellationToken cancel) => filter.Search(out var which, out _) is null
        ? await search.Runs(filter.Scope.Filter(actor.PersonId).And(which), SearchOrder.Default, [experimentId], filter.Scope.View(), RunActs.Most, 0, actor, cancel) : [];

    /// <summary>How many runs a table shows.</summary>
    public async Task<long> Count(long experimentId, RunTableFilter filter, Actor actor, CancellationToken cancel) => filter.Search(out var which, out _) is null
        ? await search.Count(filter.Scope.Filter(actor.PersonId).And(which), [experimentId], filter.Scope.View(), actor, cancel) : 0;

    private async Task<RunTableView> Rows(RunTableView view, RunFilter which, SearchOrder order, Actor actor, CancellationToken cancel)
    {
        var ids = await search.Runs(which, order, [view.ExperimentId], view.Filter.Scope.View(), view.Filter.Rows + 1, view.Filter.Skip, actor, cancel);
        var rows = await tables.Rows([.. ids.Take(view.Filter.Rows)], cancel);
        // A sweep's parents log nothing themselves: its columns are those of what is folded in the first of them.
        if (view.Filter.Nests && rows is { Metrics.Count: 0, Runs.Count: > 0 } && await tables.Children(rows.Runs[0].RunId, UsualMetrics * UsualParams, 0, cancel) is { Length: > 0 } nested)
            rows = await tables.Rows(nested, cancel) with { Runs = rows.Runs };
        return await Page(await Columns(view with { Known = rows }, which, cancel), ids, view.Filter.Rows, cancel);
    }

    private async Task<RunTableView> Grouped(RunTableView view, RunFilter which, SearchOrder order, Actor actor, CancellationToken cancel)
    {
        var by = view.Filter.Group!;
        var newest = await search.Runs(which, SearchOrder.Default, [view.ExperimentId], view.Filter.Scope.View(), UsualMetrics * UsualParams, 0, actor, cancel);
        view = await Columns(view with { Known = await tables.Rows(newest, cancel) }, which, cancel);
        var metrics = view.Columns.Where(c => c.IsMetric).ToList();
        // The order of the runs is that of their groups, where it is one of a metric.
        var sorted = order.Keys is [{ Entity: Entity.Metric } key, ..] ? new GroupOrder(GroupOrder.Sorted.Mean, !key.Ascending, new(key.Key, key.Aggregate)) : GroupOrder.Largest;
        var found = await groups.Groups(view.ExperimentId, which, view.Filter.Scope.View(), by, [.. metrics.Select(m => new GroupMetric(m.Key, m.Of))], sorted, GroupsAtOnce, view.Filter.Skip, cancel);
        var shown = new List<RunGroupView>();
        foreach (var (group, place) in found.Groups.Select((g, i) => (g, i)))
        {
            var one = new RunGroupView(group) { Spreads = metrics.Select((m, i) => (m, group.Metrics[i])).ToDictionary(s => s.m, s => s.Item2) };
            var open = view.Filter.Open?.Contains(one.Token) ?? place < UsuallyOpen;
            shown.Add(open ? one with { Table = await Within(view, which, order, by, group.Value, one.Token, RowsOfGroup, actor, cancel) } : one);
        }
        return view with
        {
            Groups = shown,
            GroupCount = found.Count,
            Next = found.Count > view.Filter.Skip + GroupsAtOnce ? ("skip", (view.Filter.Skip + GroupsAtOnce).ToString(System.Globalization.CultureInfo.InvariantCulture)) : null,
        };
    }

    private async Task<RunTableView> Within(RunTableView view, RunFilter which, SearchOrder order, GroupKey by, string? value, string token, int rows, Actor actor, CancellationToken cancel)
    {
        var ids = await search.Runs(which.And(by.Of(value)), order, [view.ExperimentId], view.Filter.Scope.View(), rows + 1, 0, actor, cancel);
        return await Page(view with { Within = token, Groups = null }, ids, rows, cancel);
    }

    private static string? Value(string token) => token.StartsWith('=') ? token[1..] : null;

    private async Task<RunTableView> Page(RunTableView view, Guid[] ids, int rows, CancellationToken cancel)
    {
        view = await Lines(view, [.. ids.Take(rows)], cancel);
        return view with { Next = ids.Length > rows ? ("after", ids[rows - 1].ToString("N")) : null };
    }

    /// <summary>The columns: chosen or usual, without those in which the found runs agree where that is asked, pinned ones first.</summary>
    private async Task<RunTableView> Columns(RunTableView view, RunFilter which, CancellationToken cancel)
    {
        var filter = view.Filter;
        var chosen = filter.Columns ?? Usual(view.Known);
        IReadOnlyList<RunColumn> alike = [];
        if (filter.Differs)
        {
            var differing = new HashSet<RunColumn>();
            foreach (var (kind, entity) in ((ColumnKind, Entity)[])[(ColumnKind.Metric, Entity.Metric), (ColumnKind.Param, Entity.Param), (ColumnKind.Tag, Entity.Tag)])
                differing.UnionWith(await Differing(view, which, kind, entity, chosen, cancel));
            alike = [.. chosen.Where(c => c.Kind is not (ColumnKind.Attribute or ColumnKind.Trend) && !differing.Contains(c))];
            // Nobody chose: then all parameters that differ are what is asked for.
            chosen = [.. chosen.Except(alike), .. filter.Columns is null ? differing.Where(c => c.Kind == ColumnKind.Param && !chosen.Contains(c)) : []];
        }
        return view with { Columns = [.. chosen.Where(filter.Pinned.Contains), .. chosen.Where(c => !filter.Pinned.Contains(c))], Alike = alike };
    }

    private async Task<IEnumerable<RunColumn>> Differing(RunTableView view, RunFilter which, ColumnKind kind, Entity entity, IReadOnlyList<RunColumn> chosen, CancellationToken cancel)
    {
        var own = chosen.Where(c => c.Kind == kind).Select(c => c.Key).Distinct().ToArray();
        var found = (await tables.Differing(view.ExperimentId, which, view.Filter.Scope.View(), entity, own, cancel)).ToHashSet(StringComparer.Ordinal);
        var columns = chosen.Where(c => c.Kind == kind && found.Contains(c.Key));
        return view.Filter.Columns is null && kind == ColumnKind.Param
            ? columns.Concat((await keys.Keys(view.ExperimentId, which, view.Filter.Scope.View(), entity, "", true, null, MostDiffering, cancel)).Keys.Select(k => RunColumn.Param(k.Key)))
            : columns;
    }

    private async Task<RunTableView> Lines(RunTableView view, Guid[] ids, CancellationToken cancel)
    {
        var runs = view.Known.Runs.Select(r => r.RunId).SequenceEqual(ids) ? view.Known.Runs : await tables.Runs(ids, cancel);
        var columns = view.Columns;
        var shown = columns.Where(c => c.Kind is ColumnKind.Metric or ColumnKind.Trend).Select(c => c.Key).Distinct().ToArray();
        bool Shows(string attribute) => columns.Contains(RunColumn.Attribute(attribute));
        var running = runs.Where(r => r.Run.Status == RunStatus.Running).Select(r => r.RunId).ToArray();
        var cells = await tables.Cells(ids, new(shown, [.. columns.Where(c => c.Kind == ColumnKind.Param).Select(c => c.Key), .. TotalSteps.Keys], [.. columns.Where(c => c.Kind == ColumnKind.Tag).Select(c => c.Key), .. RunTexts.Tags(Shows)])
        {
            Means = [.. columns.Where(c => c.Of == Aggregate.Mean).Select(c => c.Key)],
            Datasets = Shows("dataset"),
            Parents = Shows("parent"),
        }, running, cancel);
        var drawn = columns.Where(c => c.Kind == ColumnKind.Trend).Select(c => c.Key).ToArray();
        var courses = await trends.Of([.. cells.Metrics.Values.Where(s => drawn.Contains(s.Key))], cancel);
        var lines = new List<RunLine>();
        foreach (var run in runs)
        {
            var line = new RunLine(run, Progress(run, cells), view.Depth)
            {
                Figures = RunTexts.Figures(run.RunId, columns, cells),
                Texts = RunTexts.Of(run, columns, cells),
                Trends = drawn.Where(k => cells.Metrics.ContainsKey((run.RunId, k))).ToDictionary(k => k, k => (IReadOnlyList<Point>)courses[cells.Metrics[(run.RunId, k)].SeriesId]),
                Children = view.Filter.Nests ? cells.Children.GetValueOrDefault(run.RunId) : 0,
            };
            var open = line.Children > 0 && view.Depth < 4 && view.Filter.Open?.Contains(run.RunId.ToString("N")) == true;
            lines.Add(open ? line with { Nested = await Children(view, run.RunId, view.Depth + 1, 0, cancel) } : line);
        }
        return view with { Lines = lines };
    }

    /// <summary>What most runs have, scores first, and the parameters in which they differ, between what a run is.</summary>
    private static IReadOnlyList<RunColumn> Usual(TableRows rows)
    {
        var most = rows.Metrics.Count == 0 ? 0 : rows.Metrics.Max(m => m.Runs);
        var metrics = MetricGroups.Sort(rows.Metrics.Where(m => m.Runs * 4 >= most), m => m.Key).Take(UsualMetrics).Select(m => RunColumn.Metric(m.Key)).ToList();
        var differing = rows.Params.Where(p => p.Values > 1).OrderByDescending(p => p.Runs).ThenBy(p => p.Key, StringComparer.Ordinal).Take(UsualParams).Select(p => RunColumn.Param(p.Key));
        return [RunColumn.Attribute("status"), .. metrics.Take(1).Select(m => m with { Kind = ColumnKind.Trend }), .. metrics, .. differing,
            RunColumn.Attribute("duration"), RunColumn.Attribute("started"), RunColumn.Attribute("user")];
    }

    /// <summary>How far a run at work came, 0 to 1; null when that cannot be said.</summary>
    internal static double? Progress(RunRow run, TableCells cells) =>
        cells.Reached.TryGetValue(run.RunId, out var reached)
        && TotalSteps.Of(TotalSteps.Keys.Where(k => cells.Params.ContainsKey((run.RunId, k))).Select(k => (k, cells.Params[(run.RunId, k)]))) is { } steps
            ? Math.Clamp((double)reached.Step / steps, 0, 1) : null;
}
