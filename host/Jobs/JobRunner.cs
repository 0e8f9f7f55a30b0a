using System.Diagnostics;
using System.Diagnostics.Metrics;
using Crucible.Host.Plugins;
using Crucible.Jobs;
using Crucible.Modules;
using Quartz;

namespace Crucible.Host.Jobs;

/// <summary>
/// The one job type the scheduler stores. It names a plugin's job; what is not in the catalogue of this host cannot be
/// run, so a row edited by hand in the scheduler's tables reaches no other type or method.
/// </summary>
internal sealed class JobRunner(PluginCatalogue catalogue, IServiceScopeFactory scopes, JobMetrics metrics, ILogger<JobRunner> logger) : IJob, IJobReport
{
    public const string Name = "crucible.job";

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancel)
    {
        var key = context.MergedJobDataMap.GetString(Name) ?? "";
        if (Find(catalogue, key) is not { } rule)
        {
            logger.LogWarning("The job {Job} is due but no running plugin of this host offers it", key);
            return;
        }
        var arguments = context.MergedJobDataMap.Where(a => a.Key != Name).ToDictionary(a => a.Key, a => a.Value?.ToString() ?? "");
        var started = Stopwatch.GetTimestamp();
        using var activity = Telemetry.Tracing.Source.StartActivity(key);
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            await ((IBackgroundJob)scope.ServiceProvider.GetRequiredService(rule.Job)).Run(new(Guid.CreateVersion7(), 1, arguments, this), cancel);
            metrics.Ended(key, "succeeded", Stopwatch.GetElapsedTime(started));
        }
        catch (Exception fault)
        {
            metrics.Ended(key, "failed", Stopwatch.GetElapsedTime(started));
            logger.LogError(fault, "The job {Job} failed", key);
            throw new JobExecutionException(fault);
        }
    }

    void IJobReport.Progress(double done, double total, string? what) => logger.LogDebug("{What}: {Done} of {Total}", what, done, total);

    void IJobReport.Log(string text, string level) => logger.LogInformation("{Text}", text);

    public static string KeyOf(JobRule rule) => $"{rule.Plugin}.{rule.Name}";

    public static JobRule? Find(PluginCatalogue catalogue, string key) =>
        catalogue.Running.SelectMany(o => o.Jobs).FirstOrDefault(j => KeyOf(j) == key);
}

/// <summary>How jobs went, for <c>/metrics</c>.</summary>
internal sealed class JobMetrics
{
    private readonly Histogram<double> _duration;

    public JobMetrics(IMeterFactory meters) =>
        _duration = meters.Create("Crucible.Jobs").CreateHistogram<double>("crucible.job.duration", "s", "How long jobs ran.");

    public void Ended(string job, string outcome, TimeSpan took) =>
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("job", job), new("outcome", outcome));
}
