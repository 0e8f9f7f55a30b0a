using Crucible.Host.Plugins;
using Crucible.Jobs;
using Npgsql;
using Quartz;

namespace Crucible.Host.Jobs;

/// <summary>The persistent, clustered scheduler and the schedules that plugins declare.</summary>
internal static class JobSetup
{
    public static readonly RetryPolicy Retry = RetryPolicy.Exponential(5, TimeSpan.FromSeconds(10), 3, TimeSpan.FromMinutes(10));

    public static void AddJobs(this WebApplicationBuilder builder, string connectionString)
    {
        builder.Services.AddSingleton<JobMetrics>();
        builder.Services.AddSingleton<IJobQueue, JobQueue>();
        builder.Services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(scheduler => scheduler.InstanceName = "Crucible");
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(NpgsqlFactory.Instance, connectionString);
                store.ProvisionSchema();
                store.UseClustering();
                store.UseExecutionHistory();
            });
        });
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        builder.Services.AddHostedService<JobSchedules>();
    }
}

/// <summary>Writes the declared schedules into the store once the host has started; running it on every host does no harm.</summary>
internal sealed class JobSchedules(ISchedulerFactory schedulers, PluginCatalogue catalogue, IHostApplicationLifetime lifetime, ILogger<JobSchedules> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested)
            return;
        var scheduler = await schedulers.GetScheduler(stopping);
        foreach (var rule in catalogue.Offers.SelectMany(o => o.Jobs).Where(j => j.Cron is not null))
            try
            {
                var key = JobRunner.KeyOf(rule);
                var job = JobBuilder.Create<JobRunner>().WithIdentity(key, "schedules").UsingJobData(JobRunner.Name, key).DisallowConcurrentExecution().Build();
                var trigger = TriggerBuilder.Create().WithIdentity(key, "schedules").WithCronSchedule(rule.Cron!, cron => cron.InTimeZone(TimeZoneInfo.Utc)).WithRetryPolicy(JobSetup.Retry).Build();
                await scheduler.ScheduleJob(job, [trigger], new ScheduleJobOptions { Replace = true }, stopping);
            }
            catch (Exception fault) when (!stopping.IsCancellationRequested)
            {
                logger.LogError(fault, "The schedule '{Cron}' of {Plugin}.{Job} could not be stored", rule.Cron, rule.Plugin, rule.Name);
            }
    }
}
