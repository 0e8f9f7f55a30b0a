using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Jobs;

/// <summary>Whether the job loop of this host still comes round, and its beats arrive.</summary>
internal sealed class JobLoopCheck(JobLoop loop, NodeBeat beat, IOptions<JobOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default) =>
        Task.FromResult(loop.SinceTurn < options.Value.PollEvery + options.Value.Lease && beat.SinceBeat < options.Value.Lease + options.Value.BeatEvery
            ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
}
