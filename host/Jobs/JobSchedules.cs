using Quartz;

namespace Crucible.Host.Jobs;

/// <summary>
/// Keeps the schedules in the scheduler's store: what plugins declare, or what an admin put in its place. A schedule that is
/// stored already is left alone, since replacing it would forget a time that passed while no host was up. One of a job that its
/// plugin no longer declares goes.
/// </summary>
internal sealed class JobSchedules(ISchedulerFactory schedulers, DeclaredJobs jobs, JobRuleStore rules, NodeStore nodes, ILogger<JobSchedules> logger)
{
    private const string Group = "schedules";

    public async Task Store(CancellationToken cancel)
    {
        var changed = (await rules.All(cancel)).ToDictionary(r => r.Job);
        foreach (var rule in jobs.All)
            try
            {
                await Set(rule.Key, changed.GetValueOrDefault(rule.Key)?.Cron ?? rule.Cron, cancel);
            }
            catch (Exception fault) when (fault is FormatException or SchedulerException)
            {
                logger.LogError(fault, "The schedule of {Job} could not be stored", rule.Key);
            }
        await RemoveStale(cancel);
    }

    // Those of a plugin that is not here, or did not load, wait for it; those that another host knows are of another release.
    private async Task RemoveStale(CancellationToken cancel)
    {
        var scheduler = await schedulers.GetScheduler(cancel);
        var kept = jobs.All.Select(j => j.Key).Concat(await nodes.Jobs(cancel)).ToHashSet();
        foreach (var job in await scheduler.GetJobKeys(GroupMatcher<JobKey>.GroupEquals(Group), cancel))
            if (!kept.Contains(job.Name) && jobs.IsLoaded(job.Name.Split('.')[0]) && await scheduler.DeleteJob(job, cancel))
                logger.LogInformation("The schedule of {Job} is gone, as the job is", job.Name);
    }

    /// <summary>Gives a job this schedule; null takes it away.</summary>
    public async Task Set(string job, string? cron, CancellationToken cancel)
    {
        var scheduler = await schedulers.GetScheduler(cancel);
        var key = new TriggerKey(job, Group);
        if (cron is null)
            await scheduler.DeleteJob(new JobKey(job, Group), cancel);
        else if (await scheduler.GetTrigger(key, cancel) is not ICronTrigger stored || stored.CronExpressionString != cron)
        {
            var due = JobBuilder.Create<DueJob>().WithIdentity(job, Group).Build();
            var trigger = TriggerBuilder.Create().WithIdentity(key).WithCronSchedule(cron, c => c.InTimeZone(TimeZoneInfo.Utc).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build();
            await scheduler.ScheduleJob(due, [trigger], new ScheduleJobOptions { Replace = true }, cancel);
        }
    }

    /// <summary>When the scheduler will next find it due.</summary>
    public async Task<DateTimeOffset?> Next(string job, CancellationToken cancel) =>
        (await (await schedulers.GetScheduler(cancel)).GetTrigger(new TriggerKey(job, Group), cancel))?.NextFireTimeUtc;
}

/// <summary>All that the scheduler runs itself: a time has come, so a run is queued. Twice for one time does no harm.</summary>
internal sealed class DueJob(RunQueueStore queue, JobNews news) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancel)
    {
        if (await queue.AddDue(context.JobDetail.Key.Name, context.ScheduledFireTimeUtc ?? context.FireTimeUtc, cancel))
            news.Queued();
    }
}
