using Crucible.Experiments.Data;
using Crucible.Files;
using Crucible.Jobs;

namespace Crucible.Experiments.Jobs;

/// <summary>Removes points, buckets and files of runs that were deleted for ever. What it does not come to, the next time does.</summary>
public sealed class SweepLeftovers(LeftoverStore leftovers, IFileStore files) : IBackgroundJob
{
    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var (runs, rows) = (0L, 0L);
        while (await leftovers.Some(cancel) is { Count: > 0 } some)
            foreach (var one in some)
            {
                await files.Delete(one.Folder, cancel);
                rows += await leftovers.Points(one.Series, cancel);
                await leftovers.Done(one.RunId, cancel);
                run.Progress(++runs, 0, $"{runs:N0} runs, {rows:N0} points");
            }
    }
}
