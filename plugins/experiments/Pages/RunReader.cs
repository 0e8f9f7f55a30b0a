using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Files;
using Crucible.People;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers from the stores what the page of a run, a part of it, or a push about it shows.</summary>
public sealed class RunReader(RunStore runs, RunDetailStore details, ExperimentStore experiments, SeriesStore series, CurveReader curves, FamilyStore families, IFileStore files, TimeProvider time)
{
    /// <summary>The page without its curves; null when there is no such run for this actor.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="filter">How charts are drawn.</param>
    /// <param name="actor">Who looks.</param>
    /// <param name="open">The folders that are open in the tree of files.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<RunView?> Read(Guid runId, ChartFilter filter, Actor actor, IReadOnlyList<string> open, CancellationToken cancel)
    {
        // The questions do not depend on each other: asked at once, the page waits for the slowest only.
        var (found, detail, lines) = (runs.Find(runId, actor, cancel), details.Read([runId], cancel), series.OfRuns([runId], cancel));
        await Task.WhenAll(found, detail, lines);
        if (await found is not { } run || (await detail) is not [var logged])
            return null;
        var (experiment, family) = (experiments.Find(run.ExperimentId, actor, cancel), families.Of(run, cancel));
        var tree = ArtifactTree.Read(files, run, open, cancel);
        if (await experiment is not { } holder)
            return null;
        var machine = (await lines).Where(l => l.Key.StartsWith(MetricGroups.System, StringComparison.Ordinal)).OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        var own = MetricGroups.Sort((await lines).Except(machine), l => l.Key);
        return new(holder, logged, own, machine, await family, filter) { Files = await tree, MayWrite = actor.MayWrite(run.TeamId), MayDelete = actor.MayDelete(run.TeamId, run.OwnerId) };
    }

    /// <summary>With the curves of one screenful of panels.</summary>
    public async Task<RunView> WithCurves(RunView view, int skip, CancellationToken cancel)
    {
        var matching = (view.Tab == "system" ? view.System : view.Lines).Where(l => view.Filter.Shows(l.Key)).ToList();
        var shown = matching.Skip(skip).Take(RunView.PanelsAtOnce).ToList();
        return view with { Matching = matching.Count, Curves = await Curves(view.Run, view.Lines.Concat(view.System), shown, skip == 0 && view.Tab == "charts", view.Filter, cancel) };
    }

    /// <summary>One metric of a run; null when it has none of this key.</summary>
    public async Task<RunCurve?> Panel(RunRow run, string key, bool hero, ChartFilter filter, CancellationToken cancel)
    {
        var lines = await series.OfRuns([run.RunId], cancel);
        var line = lines.FirstOrDefault(l => l.Key == key);
        return line is null ? null : (await Curves(run, lines, [line], hero, filter, cancel))[0];
    }

    /// <summary>The run, deleted or not.</summary>
    public Task<RunRow?> Find(Guid runId, Actor actor, CancellationToken cancel) => runs.Find(runId, actor, cancel);

    private async Task<IReadOnlyList<RunCurve>> Curves(RunRow run, IEnumerable<Data.Series> all, IReadOnlyList<Data.Series> shown, bool hero, ChartFilter filter, CancellationToken cancel)
    {
        var rev = all.Sum(l => l.Points);
        var live = run.Shown(time.GetUtcNow()) == RunStatus.Running && !run.Run.Deleted;
        var wanted = shown.Select(line => new RunCurve(run, line, [], rev, live)).ToList();
        var wide = hero ? await curves.Read([.. wanted.Take(1)], RunPanel.HeroColumns, filter, cancel) : [];
        return [.. wide, .. await curves.Read([.. wanted.Skip(wide.Count)], RunPanel.PanelColumns, filter, cancel)];
    }

    /// <summary>One metric as a curve.</summary>
    /// <param name="run">Its run.</param>
    /// <param name="line">The metric.</param>
    /// <param name="all">Every metric of the run, read before: their points are the revision that live points count from.</param>
    /// <param name="columns">Into how many columns it is gathered.</param>
    /// <param name="filter">What part of it is drawn, over which axis.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<RunCurve> Curve(RunRow run, Data.Series line, IEnumerable<Data.Series> all, int columns, ChartFilter filter, CancellationToken cancel)
    {
        var wanted = new RunCurve(run, line, [], all.Sum(l => l.Points), run.Shown(time.GetUtcNow()) == RunStatus.Running && !run.Run.Deleted);
        return (await curves.Read([wanted], columns, filter, cancel))[0];
    }
}
