using Crucible.Jobs;
using Crucible.People;

namespace Team.Sample;

public sealed class StampNote(NoteStore notes) : IBackgroundJob
{
    public Task Run(JobRun run, CancellationToken cancel) =>
        notes.Write($"stamped for {run.Arguments["by"]}", Actor.System("StampNote"), cancel);
}
