using Crucible.Experiments.Data;
using Crucible.Jobs;

namespace Crucible.Experiments.Jobs;

/// <summary>Rolls long metrics up, so that their curves are drawn without reading them.</summary>
public sealed class RollUpMetrics(RollUpStore rollUps) : IBackgroundJob
{
    private const int SeriesAtOnce = 500;

    /// <inheritdoc/>
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        foreach (var seriesId in await rollUps.Due(SeriesAtOnce, cancel))
            while (await rollUps.RollUp(seriesId, cancel))
                cancel.ThrowIfCancellationRequested();
    }
}
