using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Live;
using Crucible.Jobs;
using Crucible.Notices;
using Crucible.People;

namespace Crucible.Experiments.Jobs;

/// <summary>Tells owners of runs that have fallen silent, once for each run.</summary>
public sealed class TellLostRuns(EndedStore ended, Database database, INotices notices) : IBackgroundJob
{
    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var lost = await ended.Lost(cancel);
        if (lost.Count == 0)
            return;
        await using var write = await database.Write(Actor.System("lost runs"), cancel);
        foreach (var one in lost)
            await notices.Notify(write, one.OwnerId, RunNotices.Lost(one), cancel);
        await write.Commit(cancel);
    }
}
