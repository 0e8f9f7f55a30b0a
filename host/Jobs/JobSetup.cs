using Crucible.Jobs;
using Crucible.Modules;
using Npgsql;
using Quartz;

namespace Crucible.Host.Jobs;

/// <summary>Everything about background work: the clustered scheduler that says when, and the loop that does it.</summary>
internal static class JobSetup
{
    public static ModuleBuilder AddJobHistory(this ModuleBuilder module) => module
        .Retention("succeeded-runs", "Runs of jobs that succeeded", 30, Runs(RunState.Succeeded))
        .Retention("cancelled-runs", "Runs of jobs that were cancelled", 30, Runs(RunState.Cancelled))
        .Retention("failed-runs", "Runs of jobs that failed and were discarded", 90, Runs(RunState.Failed))
        .Retention("dead-runs", "Dead letters", 90, Runs(RunState.Dead))
        .Retention("job-minutes", "Counts of the jobs' charts", 14, (services, before, cancel) => services.GetRequiredService<JobHistoryStore>().ForgetMinutes(before, cancel))
        .Retention("nodes", "Hosts that are gone", 7, (services, before, cancel) => services.GetRequiredService<JobHistoryStore>().ForgetNodes(before, cancel));

    private static Func<IServiceProvider, DateTimeOffset, CancellationToken, Task<long>> Runs(string state) =>
        (services, before, cancel) => services.GetRequiredService<JobHistoryStore>().Forget(state, before, cancel);

    public static void AddJobs(this WebApplicationBuilder builder, string connectionString)
    {
        var clock = new DatabaseClock();
        builder.Services.AddOptions<JobOptions>().BindConfiguration("Crucible:Jobs").ValidateDataAnnotations()
            .Validate(o => o.Lease >= 3 * o.BeatEvery, "Crucible:Jobs:Lease must be at least three times Crucible:Jobs:BeatEvery.").ValidateOnStart();
        builder.Services.AddSingleton(clock).AddSingleton<DeclaredJobs>().AddSingleton<JobMetrics>().AddSingleton<RunsHere>().AddSingleton<JobNews>().AddSingleton<JobMinutes>();
        builder.Services.AddSingleton<RunQueueStore>().AddSingleton<RunReportStore>().AddSingleton<NodeStore>().AddSingleton<JobMinuteStore>().AddSingleton<JobRuleStore>()
            .AddSingleton<RunListStore>().AddSingleton<RunActStore>().AddSingleton<JobHistoryStore>().AddSingleton<JobListStore>().AddSingleton<JobBoard>();
        builder.Services.AddSingleton<JobQueue>().AddSingleton<IJobQueue>(s => s.GetRequiredService<JobQueue>());
        builder.Services.AddSingleton<JobSchedules>().AddSingleton<RunPlayer>();
        builder.Services.AddQuartz(quartz =>
        {
            // Not the name of the releases before, whose rows name a job class that is gone.
            quartz.ConfigureScheduler(scheduler => scheduler.InstanceName = "crucible-due");
            quartz.UseTimeProvider(clock);
            quartz.UsePersistentStore(store =>
            {
                store.UsePostgres(NpgsqlFactory.Instance, connectionString);
                store.ProvisionSchema();
                store.UseClustering();
            });
        });
        builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
        // Stopped in reverse: the loop lets go of its runs while the writer and the beat still work.
        builder.Services.AddSingleton<NodeBeat>().AddHostedService(s => s.GetRequiredService<NodeBeat>());
        builder.Services.AddSingleton<RunWriter>().AddHostedService(s => s.GetRequiredService<RunWriter>());
        builder.Services.AddSingleton<JobLoop>().AddHostedService(s => s.GetRequiredService<JobLoop>());
    }
}
