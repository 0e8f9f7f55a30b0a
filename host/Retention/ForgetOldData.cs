using Crucible.Jobs;

namespace Crucible.Host.Retention;

/// <summary>Removes what has been kept long enough, one kind of data after the other. One that fails does not keep the others.</summary>
internal sealed class ForgetOldData(RetentionPlan plan, RetentionStore store, IServiceProvider services, TimeProvider time) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var faults = new List<Exception>();
        foreach (var (done, (rule, days)) in plan.Kinds.Index())
        {
            run.Progress(done, plan.Kinds.Count, rule.What);
            try
            {
                var gone = await rule.Forget(services, time.GetUtcNow().AddDays(-days), cancel);
                await store.Note(rule.Name, gone, cancel);
                run.Log($"{rule.What}: {gone} rows older than {days} days removed");
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                run.Log($"{rule.What}: {fault.Message}", "error");
                faults.Add(fault);
            }
        }
        if (faults.Count > 0)
            throw new AggregateException("Not every kind of old data could be removed.", faults);
    }
}
