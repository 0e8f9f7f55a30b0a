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
}
