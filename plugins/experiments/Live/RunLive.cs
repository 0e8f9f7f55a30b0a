using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

/// <summary>What happens to a run, on its own page. The points of its metrics come by a lane of their own.</summary>
internal static class RunLive
{
    public static ModuleBuilder AddRunLive(this ModuleBuilder module) => module
        .Live<RunStatusChanged>((change, push) => OnPage(push, () => Head(change.RunId, push)))
        .Live<RunRenamed>((change, push) => OnPage(push, () => Head(change.RunId, push)))
        .Live<RunDeleted>((change, push) => OnPage(push, () => Head(change.RunId, push)))
        .Live<RunRestored>((change, push) => OnPage(push, () => Head(change.RunId, push)))
        .Live<RunArchived>((change, push) => OnPage(push, () => Head(change.RunId, push)))
        .Live<RunMoved>((change, push) => OnPage(push, () => Head(change.RunId, push)))
        .Live<RunTagged>((change, push) => OnPage(push, () => Tags(change, push)))
        .Live<RunParamsLogged>((change, push) => Refresh(push, Dom.RunParams(change.RunId)))
        .Live<RunLinked>((change, push) => Refresh(push, Dom.RunLinks(change.RunId)))
        .Live<RunArtifactsChanged>((change, push) => Refresh(push, Dom.RunArtifacts(change.RunId)));

    // The same change is also told to the experiment's table, which has rules of its own.
    private static ValueTask OnPage(LivePush push, Func<ValueTask> rule) => push.Topic.Kind == "run" ? rule() : ValueTask.CompletedTask;

    private static ValueTask Refresh(LivePush push, string id)
    {
        if (push.Topic.Kind == "run")
            push.Refresh(id);
        return ValueTask.CompletedTask;
    }

    private static async ValueTask Head(Guid runId, LivePush push)
    {
        if (await push.Services.GetRequiredService<RunDetailStore>().Read([runId], push.Cancel) is not [var detail])
            return;
        var family = await push.Services.GetRequiredService<FamilyStore>().Of(detail.Row, push.Cancel);
        await push.Replace<RunHead>(Dom.RunHead(runId), (nameof(RunHead.Run), detail.Row), (nameof(RunHead.Tags), detail.Tags), (nameof(RunHead.Parent), family.Parent), (nameof(RunHead.Archived), detail.ArchivedAt));
        push.Refresh(Dom.RunProgress(runId));
    }

    private static async ValueTask Tags(RunTagged change, LivePush push)
    {
        if (await push.Services.GetRequiredService<RunDetailStore>().Read([change.RunId], push.Cancel) is not [var detail])
            return;
        await push.Replace<RunTags>(Dom.RunTags(change.RunId), (nameof(RunTags.RunId), change.RunId), (nameof(RunTags.Tags), detail.Tags));
        if (change.Keys.Contains(RunTagNames.Note))
        {
            // Whoever has it open in the editor keeps what was typed, and is told.
            push.Data("note-changed", new { note = Dom.RunNote(change.RunId), by = push.Actor });
            await push.Replace<NoteText>(Dom.RunNote(change.RunId), (nameof(NoteText.Id), Dom.RunNote(change.RunId)), (nameof(NoteText.Note), detail.Tags.Of(RunTagNames.Note) ?? ""));
        }
        if (change.Keys.Any(k => k.StartsWith("mlflow.source.", StringComparison.Ordinal)))
            await Head(change.RunId, push);
    }
}
