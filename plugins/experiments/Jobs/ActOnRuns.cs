using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Jobs;
using Crucible.People;

namespace Crucible.Experiments.Jobs;

/// <summary>Does something to many runs, slice by slice. Begun again, it goes on where it was.</summary>
public sealed class ActOnRuns(RunBatchStore batches) : IBackgroundJob
{
    /// <summary>Name of the argument: the id of the batch.</summary>
    public const string Batch = "batch";

    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var id = Guid.Parse(run.Arguments[Batch]);
        while (await batches.Find(id, cancel) is { EndedAt: null } batch)
        {
            run.Progress(batch.Done, batch.Total, batch.What.Doing());
            await batches.Slice(id, Asker(batch), cancel);
        }
    }

    // What they may do was looked at when they asked; a slice looks at each run's owner.
    private static Actor Asker(RunBatch batch) => Actor.System(batch.UserName) with
    {
        PersonId = batch.PersonId,
        DisplayName = batch.DisplayName,
        Role = batch.SeesAll ? Role.Admin : Role.Member,
    };
}
