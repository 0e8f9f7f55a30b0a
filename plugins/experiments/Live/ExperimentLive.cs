using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Modules;

namespace Crucible.Experiments.Live;

/// <summary>What happens to experiments as a whole, on their own pages and in the list. Who sees what depends on who looks, so the pages ask again.</summary>
internal static class ExperimentLive
{
    public static ModuleBuilder AddExperimentLive(this ModuleBuilder module) => module
        .Live<ExperimentStatusChanged>((change, push) => Told(change.ExperimentId, push))
        .Live<ExperimentConfigured>((change, push) => Told(change.ExperimentId, push))
        .Live<ExperimentPurged>((change, push) => Told(change.ExperimentId, push))
        .Live<ProjectChanged>((_, push) => List(push))
        .Live<CommentsChanged>(Comments);

    /// <summary>Everything on the pages of an experiment that its own row decides.</summary>
    public static ValueTask Told(long experimentId, LivePush push)
    {
        if (push.Topic.Kind != "experiment")
            return List(push);
        push.Refresh(Dom.ExperimentHead(experimentId));
        push.Refresh(Dom.ExperimentActs(experimentId));
        push.Refresh(Dom.Configuration(experimentId));
        return Pages(experimentId, push);
    }

    /// <summary>What also changes with the runs.</summary>
    public static ValueTask Pages(long experimentId, LivePush push)
    {
        if (push.Topic.Kind != "experiment")
            return ValueTask.CompletedTask;
        push.Refresh(Dom.Overview(experimentId));
        push.Refresh(Dom.Results(experimentId));
        push.Refresh(Dom.Activity(experimentId));
        return ValueTask.CompletedTask;
    }

    private static ValueTask List(LivePush push)
    {
        push.Refresh(Dom.Experiments);
        push.Refresh(Dom.Projects);
        return ValueTask.CompletedTask;
    }

    private static ValueTask Comments(CommentsChanged change, LivePush push)
    {
        if (push.Topic.Kind == "run")
            push.Refresh(Dom.Comments(change.ExperimentId, change.RunId));
        else
        {
            push.Refresh(Dom.Comments(change.ExperimentId, null));
            push.Refresh(Dom.ExperimentHead(change.ExperimentId));
            push.Refresh(Dom.Activity(change.ExperimentId));
        }
        return ValueTask.CompletedTask;
    }
}
