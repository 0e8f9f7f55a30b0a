using System.Diagnostics.Metrics;

namespace Crucible.Host.Jobs;

/// <summary>How jobs went, for <c>/metrics</c>.</summary>
internal sealed class JobMetrics
{
    private readonly Histogram<double> _duration;

    public JobMetrics(IMeterFactory meters) =>
        _duration = meters.Create("Crucible.Jobs").CreateHistogram<double>("crucible.job.duration", "s", "How long jobs ran.");

    public void Ended(string job, string outcome, TimeSpan took) =>
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("job", job), new("outcome", outcome));
}
