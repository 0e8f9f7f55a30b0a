using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Jobs;

namespace Crucible.Experiments.Jobs;

/// <summary>Removes an experiment for good that was marked for it, its runs first.</summary>
public sealed class PurgeTrash(PurgeStore trash) : IBackgroundJob
{
    /// <summary>Name of the argument: the experiment's id.</summary>
    public const string Of = "experiment";

    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        if (!run.Arguments.TryGetValue(Of, out var text) || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var experimentId))
            return;
        var (all, gone) = (await trash.Marked(experimentId, cancel), 0L);
        while (await trash.Slice(experimentId, cancel) is > 0 and var some)
            run.Progress(gone += some, Math.Max(all, gone), "runs");
        await trash.RemoveEmptied(experimentId, cancel);
        run.Log($"{gone} runs are gone.");
    }
}
