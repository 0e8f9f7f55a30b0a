using Crucible.Host.Jobs;
using Crucible.Ui;
using Crucible.Ui.Text;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>The life of a run: asked for, each attempt, cancelled.</summary>
internal static class RunEvents
{
    public static IReadOnlyList<Happening> Of(RunView view)
    {
        var run = view.Run;
        var events = new List<Happening> { new(run.CreatedAt, run.AskedBy == "schedule" ? "Queued by its schedule" : "asked for it") { Actor = run.AskedBy == "schedule" ? null : run.AskedBy, Status = "pending" } };
        events.AddRange(view.Attempts.Select(a => new Happening(a.StartedAt, $"Attempt {a.Attempt} {a.Outcome} on {a.Node ?? "an unknown host"}{After(a.TookMs)}")
        {
            Status = a.Outcome is "cancelled" or "lost" ? a.Outcome : "failed",
            Detail = a.Error,
        }));
        // The present or last attempt is in no row of its own unless it failed.
        if (run is { Attempt: > 0, StartedAt: { } started, State: RunState.Running or RunState.Succeeded } && view.Attempts.All(a => a.Attempt != run.Attempt))
            events.Add(new(started, $"Attempt {run.Attempt} {(run.State == RunState.Running ? "is running" : "succeeded")} on {run.Node}{(run.State == RunState.Running ? "" : After(run.TookMs))}") { Status = RunState.Mark(run.State) });
        if (run is { CancelAt: { } cancelled, CancelBy: { } by })
            events.Add(new(cancelled, "cancelled it") { Actor = by, Status = "cancelled" });
        return events;
    }

    private static string After(double? ms) => ms is { } took ? $" after {Durations.Short(TimeSpan.FromMilliseconds(took))}" : "";
}
