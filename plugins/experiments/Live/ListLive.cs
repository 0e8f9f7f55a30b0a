using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Modules;

namespace Crucible.Experiments.Live;

/// <summary>What happens in a team's experiments, for their list, the rail's badge and the home page.</summary>
internal static class ListLive
{
    public static ModuleBuilder AddListLive(this ModuleBuilder module) => module
        .Live<ExperimentCreated>((_, push) => Changed(push))
        .Live<ExperimentSettingsChanged>((_, push) => Changed(push))
        .Live<RunStarted>((_, push) => Changed(push))
        .Live<RunStatusChanged>((_, push) => Changed(push))
        .Live<RunsActedOn>((_, push) => Changed(push))
        .Live<RunDeleted>((_, push) => Changed(push))
        .Live<RunRestored>((_, push) => Changed(push));

    // What the badge and the list say depends on who looks, so everybody asks again.
    private static ValueTask Changed(LivePush push)
    {
        if (push.Topic.Kind != "experiments")
            return ValueTask.CompletedTask;
        push.Refresh(Dom.Experiments);
        push.Refresh(NavEntry.BadgeId("experiments"));
        push.Refresh(RunsTileModel.AtWork);
        push.Refresh(RunsTileModel.Ended);
        return ValueTask.CompletedTask;
    }
}
