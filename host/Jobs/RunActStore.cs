using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>What people do with runs. Each verb takes only runs in a state it fits and says how many those were.</summary>
internal sealed class RunActStore(Database database, RunListStore list, JobQueue queue, JobNews news, DatabaseClock clock)
{
    private const int Slice = 1000;
    private const int MostAtOnce = 100_000;
    private const int MostLines = 20; // of the audit log, for one act

    /// <summary>Queues a run by hand.</summary>
    public async Task<Guid> Run(Modules.JobRule rule, IReadOnlyDictionary<string, string> arguments, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var id = await queue.Add(write, rule, arguments, cancel);
        write.Audit("job.run", $"job-run:{id}", rule.Key, null, arguments.Count == 0 ? null : arguments);
        await write.Commit(cancel);
        news.Queued();
        news.Changed();
        return id;
    }

    /// <summary>Queues runs again that failed, were cancelled, or wait for their next attempt; their attempts count anew.</summary>
    public Task<int> Retry(IReadOnlyList<Guid> ids, Actor actor, CancellationToken cancel) => Act("job.retry", """
        update crucible.job_run set state = 'queued', forgiven = attempt, ready_at = now(), ended_at = null, cancel_at = null, cancel_by = null
        where id = any(@ids) and state in ('dead', 'failed', 'cancelled', 'retrying') returning id, job, state
        """, ids, actor, cancel);

    /// <summary>Ends what waits, and signals what runs.</summary>
    public Task<int> Cancel(IReadOnlyList<Guid> ids, Actor actor, CancellationToken cancel) => Act("job.cancel", """
        update crucible.job_run set cancel_at = now(), cancel_by = @by, state = case state when 'running' then state else 'cancelled' end,
            ended_at = case state when 'running' then null else now() end, error = case state when 'running' then error else 'Cancelled before it began.' end
        where id = any(@ids) and state in ('queued', 'retrying', 'running') and cancel_at is null returning id, job, state
        """, ids, actor, cancel);

    /// <summary>Puts dead letters away.</summary>
    public Task<int> Discard(IReadOnlyList<Guid> ids, Actor actor, CancellationToken cancel) => Act("job.discard",
        "update crucible.job_run set state = 'failed' where id = any(@ids) and state = 'dead' returning id, job, state", ids, actor, cancel);

    /// <summary>Takes discarded runs back among the dead letters.</summary>
    public Task<int> Restore(IReadOnlyList<Guid> ids, Actor actor, CancellationToken cancel) => Act("job.restore",
        "update crucible.job_run set state = 'dead' where id = any(@ids) and state = 'failed' returning id, job, state", ids, actor, cancel);

    /// <summary>The same for all that a filter finds, a thousand at a time; what fails again meanwhile is left alone.</summary>
    public async Task<int> All(RunFilter filter, IReadOnlyList<string> states, Func<IReadOnlyList<Guid>, Task<int>> act, CancellationToken cancel)
    {
        var until = clock.GetUtcNow();
        var all = 0;
        while (all < MostAtOnce && await list.Ids(filter, states, until, Slice, cancel) is { Count: > 0 } ids && await act(ids) is > 0 and var some)
            all += some;
        return all;
    }

    private async Task<int> Act(string action, string sql, IReadOnlyList<Guid> ids, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var done = (await write.Connection.QueryAsync<(Guid Id, string Job, string State)>(new CommandDefinition(sql, new { ids, by = actor.UserName }, cancellationToken: cancel))).AsList();
        if (done.Count <= MostLines)
            foreach (var (id, job, _) in done)
                write.Audit(action, $"job-run:{id}", job);
        else
            foreach (var jobs in done.GroupBy(d => d.Job))
                write.Audit(action, $"job:{jobs.Key}", jobs.Key, null, new { Runs = jobs.Count(), First = jobs.Min(d => d.Id), Last = jobs.Max(d => d.Id) });
        await write.Commit(cancel);
        if (done.Count > 0)
            news.Queued();
        foreach (var (id, _, _) in done.Where(d => d.State == RunState.Running))
            news.Cancelled(id);
        foreach (var (id, _, _) in done.Take(100))
            news.Changed(id);
        news.Changed();
        return done.Count;
    }
}
