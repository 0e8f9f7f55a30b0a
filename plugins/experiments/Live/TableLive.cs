using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

/// <summary>What happens to runs, on the page of their experiment. Last values of metrics come by a lane of their own.</summary>
internal static class TableLive
{
    private const int MostCells = 60;

    public static ModuleBuilder AddTableLive(this ModuleBuilder module) => module
        .Live<RunStarted>((change, push) => OnTable(push, () => Announce(change, push)))
        .Live<RunStatusChanged>((change, push) => OnTable(push, () => Status(change.RunId, change.ExperimentId, push)))
        .Live<RunRenamed>((change, push) => OnTable(push, () => push.Replace<RunNameLink>(Dom.RunCell("name", change.RunId), (nameof(RunNameLink.RunId), change.RunId), (nameof(RunNameLink.Name), change.Name))))
        .Live<RunParamsLogged>((change, push) => OnTable(push, () => Params(change, push)))
        .Live<RunDeleted>((change, push) => OnTable(push, () => Anew(change.ExperimentId, push)))
        .Live<RunRestored>((change, push) => OnTable(push, () => Anew(change.ExperimentId, push)))
        .Live<RunArchived>((change, push) => OnTable(push, () => Anew(change.ExperimentId, push)))
        .Live<RunsActedOn>(ActedOn)
        .Live<RunViewsChanged>((change, push) => { push.Refresh(Dom.RunViews(change.ExperimentId)); return ValueTask.CompletedTask; })
        .Live<MetricGoalSet>((change, push) => Anew(change.ExperimentId, push))
        .Live<ExperimentRenamed>((change, push) => Head(change.ExperimentId, push))
        .Live<ExperimentSettingsChanged>((change, push) => OnTable(push, () => Settings(change.ExperimentId, push)))
        .Live<ExperimentDeleted>((change, push) => Head(change.ExperimentId, push))
        .Live<ExperimentRestored>((change, push) => Head(change.ExperimentId, push))
        .Live<ExperimentTagged>((change, push) => Tagged(change, push));

    private static ValueTask OnTable(LivePush push, Func<ValueTask> rule) => push.Topic.Kind == "experiment" ? rule() : ValueTask.CompletedTask;

    // Nothing moves under the eyes of who reads: a line says how many are new, and shows them when it is pressed.
    private static ValueTask Announce(RunStarted change, LivePush push)
    {
        push.Data("run-started", new { run = change.RunId.ToString("N"), fresh = Dom.Fresh(change.ExperimentId) });
        push.Refresh(Dom.RunViews(change.ExperimentId));
        push.Refresh(Dom.ExperimentHead(change.ExperimentId));
        return ExperimentLive.Pages(change.ExperimentId, push);
    }

    private static async ValueTask Status(Guid runId, long experimentId, LivePush push)
    {
        push.Refresh(Dom.ExperimentHead(experimentId));
        await ExperimentLive.Pages(experimentId, push);
        if (await push.Services.GetRequiredService<RunTableStore>().Rows([runId], push.Cancel) is not { Runs: [var run] })
            return;
        await push.Replace<RunStatusCell>(Dom.RunCell("status", runId), (nameof(RunStatusCell.Run), run));
        await push.Replace<RunDurationCell>(Dom.RunCell("duration", runId), (nameof(RunDurationCell.Run), run));
    }

    private static async ValueTask Params(RunParamsLogged change, LivePush push)
    {
        // Everybody has columns of their own: a cell that a page does not show is passed over there.
        foreach (var (key, value) in await push.Services.GetRequiredService<RunTableStore>().Params(change.RunId, [.. change.Keys.Take(MostCells)], push.Cancel))
            await push.Replace<RunParamValue>(Dom.RunParam(change.RunId, key), (nameof(RunParamValue.RunId), change.RunId), (nameof(RunParamValue.Key), key), (nameof(RunParamValue.Value), value));
    }

    // A long act tells of each of its slices; the table itself is drawn anew when it has ended.
    private static async ValueTask ActedOn(RunsActedOn change, LivePush push)
    {
        if (push.Topic.Kind != "experiment")
            return;
        push.Refresh(Dom.RunBatches(change.ExperimentId));
        if (await push.Services.GetRequiredService<RunBatchStore>().Find(change.BatchId, push.Cancel) is not { EndedAt: null })
            await Anew(change.ExperimentId, push);
    }

    private static ValueTask Anew(long experimentId, LivePush push)
    {
        push.Refresh(Dom.RunTable(experimentId));
        push.Refresh(Dom.RunViews(experimentId));
        push.Refresh(Dom.ExperimentHead(experimentId));
        return ValueTask.CompletedTask;
    }

    private static async ValueTask Settings(long experimentId, LivePush push)
    {
        await Anew(experimentId, push);
        await ExperimentLive.Told(experimentId, push);
    }

    private static ValueTask Head(long experimentId, LivePush push)
    {
        push.Refresh(push.Topic.Kind == "experiments" ? Dom.Experiments : Dom.ExperimentHead(experimentId));
        if (push.Topic.Kind == "experiment")
            push.Refresh(Dom.ExperimentActs(experimentId));
        return ExperimentLive.Pages(experimentId, push);
    }

    private static async ValueTask Tagged(ExperimentTagged change, LivePush push)
    {
        await Head(change.ExperimentId, push);
        if (push.Topic.Kind != "experiment" || !change.Keys.Contains(RunTagNames.Note))
            return;
        var tags = await push.Services.GetRequiredService<ExperimentStore>().Tags([change.ExperimentId], push.Cancel);
        var id = Dom.ExperimentNote(change.ExperimentId);
        await push.Replace<NoteText>(id, (nameof(NoteText.Id), id), (nameof(NoteText.Note), tags[change.ExperimentId].Of(RunTagNames.Note) ?? ""));
    }
}
