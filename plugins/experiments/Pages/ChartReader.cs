using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.People;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers what the charts of an experiment are drawn from. Callers have checked that the experiment may be seen.</summary>
public sealed class ChartReader(SearchStore search, ChartStore charts, TimeProvider time)
{
    /// <summary>The runs that an address asks for: those it names, else the first that its filter lets through.</summary>
    public async Task<ChosenRuns> Choose(long experimentId, Func<string, string?> query, Actor actor, CancellationToken cancel)
    {
        var table = RunTableFilter.Read(query);
        var named = (query("runs") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(r => RunId.TryRead(r, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct().Take(ChosenRuns.Most + 1).ToArray();
        if (table.Search(out var which, out var order) is { } wrong)
            return new([], false) { Error = wrong };
        which = table.Scope.Filter(actor.PersonId).And(which);
        var ids = named.Length > 0 ? named
            : await search.Runs(which, order, [experimentId], table.Scope.View(), ChosenRuns.Most + 1, 0, actor, cancel);
        var rows = await charts.Runs(experimentId, [.. ids.Take(ChosenRuns.Most)], cancel);
        var now = time.GetUtcNow();
        return ChosenRuns.Of(rows, query, ids.Length > ChosenRuns.Most, run => run.Shown(now) == RunStatus.Running && !run.Run.Deleted);
    }

    /// <summary>As <see cref="Choose"/>, but for plots of one value of each run, which take more of them; hidden runs are left out.</summary>
    public async Task<IReadOnlyList<RunRow>> Wide(long experimentId, Func<string, string?> query, int most, Actor actor, CancellationToken cancel)
    {
        if ((query("runs") ?? "").Length > 0)
            return [.. (await Choose(experimentId, query, actor, cancel)).Shown.Select(r => r.Run)];
        var table = RunTableFilter.Read(query);
        if (table.Search(out var which, out var order) is not null)
            return [];
        which = table.Scope.Filter(actor.PersonId).And(which);
        var ids = await search.Runs(which, order, [experimentId], table.Scope.View(), most, 0, actor, cancel);
        var hidden = (query("hide") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        return await charts.Runs(experimentId, [.. ids.Where(id => !hidden.Contains(ChosenRun.ShortOf(id)))], cancel);
    }
}
