using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Jobs;
using Crucible.Modules;
using Crucible.Notices;
using Crucible.People;
using Crucible.Search;
using Crucible.Ui.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

/// <summary>What people hear of their runs while they look elsewhere, and what the palette finds of them.</summary>
internal static class RunNotices
{
    private const int MostInDigest = 8;

    public static ModuleBuilder AddNotices(this ModuleBuilder module) => module
        .Notice(new("run-failed", "A run of mine failed"))
        .Notice(new("run-lost", "A run of mine fell silent"))
        .Notice(new("mention", "Somebody mentions me in a comment"))
        .On<RunStatusChanged>(Ended)
        .Every<TellLostRuns>("20 */5 * * * ?", new() { Title = "Tell of lost runs", What = "Tells owners of runs that have fallen silent" })
        .Digest(new("Experiments", Digest));

    public static ModuleBuilder AddSearch(this ModuleBuilder module) => module
        .Search(new("Experiments", "flask", (services, actor, text, most, cancel) => Finder(services).Experiments(actor, text, most, cancel))
        {
            Known = (services, actor, urls, cancel) => Finder(services).KnownExperiments(actor, urls, cancel),
        })
        .Search(new("Runs", "chart", (services, actor, text, most, cancel) => Finder(services).Runs(actor, text, most, cancel))
        {
            Known = (services, actor, urls, cancel) => Finder(services).KnownRuns(actor, urls, cancel),
        })
        .Action(new("New experiment", Address.Experiments + "/new", "plus") { To = actor => actor.Role >= Role.Member })
        .Action(new("Show deleted experiments", Address.Experiments + "?view=deleted", "trash") { Also = "restore trash" });

    public static Notice Lost(EndedRun run) => new("experiments.run-lost", $"{run.Name} fell silent", Address.Run(run.RunId))
    {
        Text = $"In {run.Experiment}. Its program has not been heard for {Durations.Short(run.Silence)}.",
        Status = "lost",
        Key = RunId.Write(run.RunId),
        Once = true,
        Unless = ["experiments.alert-run"],
    };

    // The change is told on three topics and comes three times: once is enough.
    private static async Task Ended(RunStatusChanged change, IServiceProvider services, CancellationToken cancel)
    {
        // One reaction to a change for each plugin: a second would share its place in the log.
        await AlertLive.Ended(change, services, cancel);
        if (change.Status != RunStatus.Failed.Word() || await services.GetRequiredService<EndedStore>().Failed(change.RunId, cancel) is not { } run)
            return;
        await using var write = await services.GetRequiredService<Database>().Write(Actor.System("experiments"), cancel);
        await services.GetRequiredService<INotices>().Notify(write, run.OwnerId, new("experiments.run-failed", $"{run.Name} failed", Address.Run(run.RunId))
        {
            Text = $"In {run.Experiment}.",
            Status = "failed",
            Key = RunId.Write(run.RunId),
            Once = true,
            Unless = ["experiments.alert-run"],
        }, cancel);
        await write.Commit(cancel);
    }

    private static async Task<IReadOnlyList<DigestLine>> Digest(IServiceProvider services, Actor actor, Week week, CancellationToken cancel) =>
        [.. (await services.GetRequiredService<EndedStore>().Week(actor, week.From, week.Until, MostInDigest, cancel))
            .Select(e => new DigestLine($"{e.Name}: {string.Join(", ", Counts(e))}", Address.Experiment(e.ExperimentId)))];

    private static IEnumerable<string> Counts(WeekOfExperiment week)
    {
        if (week.Completed > 0)
            yield return $"{week.Completed} completed";
        if (week.Failed > 0)
            yield return $"{week.Failed} failed";
    }

    private static FinderStore Finder(IServiceProvider services) => services.GetRequiredService<FinderStore>();
}
