using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Modules;

namespace Crucible.Experiments.Live;

/// <summary>What happens to boards, and to notes on charts, on the pages that show them.</summary>
internal static class ChartLive
{
    public static ModuleBuilder AddChartLive(this ModuleBuilder module) => module
        .Live<BoardChanged>((change, push) => Refresh(push, Dom.Board(change.ExperimentId)))
        .Live<ChartNoted>((change, push) => Refresh(push, Dom.ChartNotes(change.ExperimentId)))
        .Live<RunStatusChanged>((change, push) => Refresh(push, Dom.RunPicker(change.ExperimentId)))
        .Live<RunRenamed>((change, push) => Refresh(push, Dom.RunPicker(change.ExperimentId)));

    private static ValueTask Refresh(LivePush push, string id)
    {
        // A run's changes are also told to its team's list, which has no charts.
        if (push.Topic.Kind != "experiments")
            push.Refresh(id);
        return ValueTask.CompletedTask;
    }
}
