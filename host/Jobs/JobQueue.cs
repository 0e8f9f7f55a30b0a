using Crucible.Host.Plugins;
using Crucible.Jobs;
using Quartz;

namespace Crucible.Host.Jobs;

/// <summary>Stores one-off runs in the scheduler.</summary>
internal sealed class JobQueue(ISchedulerFactory schedulers, PluginCatalogue catalogue) : IJobQueue
{
    private const int MostCharacters = 4000;

    public async Task<Guid> Enqueue<TJob>(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel) where TJob : class, IBackgroundJob
    {
        var rule = catalogue.Running.SelectMany(o => o.Jobs).FirstOrDefault(j => j.Job == typeof(TJob))
            ?? throw new InvalidOperationException($"{typeof(TJob).Name} is not declared by a running plugin. Add module.Job<{typeof(TJob).Name}>().");
        if (arguments.Sum(a => a.Key.Length + a.Value.Length) > MostCharacters)
            throw new ArgumentException($"The arguments of {typeof(TJob).Name} exceed {MostCharacters} characters. Pass ids, not objects.", nameof(arguments));

        var key = JobRunner.KeyOf(rule);
        var id = Guid.CreateVersion7();
        var job = JobBuilder.Create<JobRunner>().WithIdentity(id.ToString("N"), key).UsingJobData(JobRunner.Name, key).RequestRecovery();
        foreach (var (name, value) in arguments)
            job.UsingJobData(name, value);
        var trigger = TriggerBuilder.Create().StartNow().WithRetryPolicy(JobSetup.Retry).Build();
        await (await schedulers.GetScheduler(cancel)).ScheduleJob(job.Build(), trigger, cancellationToken: cancel);
        return id;
    }
}
