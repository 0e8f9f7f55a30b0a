using Crucible.Jobs;
using Crucible.People;

namespace Team.Sample;

public sealed class StampNote(NoteStore notes) : IBackgroundJob
{
    public Task Run(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) =>
        notes.Write($"stamped for {arguments["by"]}", Actor.System("StampNote"), cancel);
}
