using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>What admins decided about jobs: paused, another limit, another schedule.</summary>
internal sealed class JobRuleStore(Database database)
{
    public async Task<IReadOnlyList<JobDecision>> All(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<JobDecision>(new CommandDefinition("select job, paused, at_once, cron, changed_by, changed_at from crucible.job_rule", cancellationToken: cancel))];
    }

    /// <summary>Pauses or resumes jobs; those that already are stay as they are.</summary>
    public async Task Pause(IReadOnlyList<string> jobs, bool paused, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var changed = await write.Connection.QueryAsync<string>(new CommandDefinition("""
            insert into crucible.job_rule as r (job, paused, changed_by) select j, @paused, @by from unnest(@jobs) j
            on conflict (job) do update set paused = excluded.paused, changed_by = excluded.changed_by, changed_at = now()
            where r.paused <> excluded.paused
            returning r.job
            """, new { jobs, paused, by = actor.UserName }, cancellationToken: cancel));
        foreach (var job in changed)
            write.Audit(paused ? "job.pause" : "job.resume", $"job:{job}", job);
        await write.Commit(cancel);
    }

    /// <summary>Another limit over all hosts; null is the declared one.</summary>
    public Task SetLimit(string job, int? atOnce, Actor actor, CancellationToken cancel) => Change("at_once", "job.limit", job, atOnce, actor, cancel);

    /// <summary>Another schedule; null is the declared one.</summary>
    public Task SetCron(string job, string? cron, Actor actor, CancellationToken cancel) => Change("cron", "job.schedule", job, cron, actor, cancel);

    private async Task Change<T>(string column, string action, string job, T value, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<T>(new CommandDefinition($"select {column} from crucible.job_rule where job = @job for update", new { job }, cancellationToken: cancel));
        await write.Connection.ExecuteAsync(new CommandDefinition($"""
            insert into crucible.job_rule (job, {column}, changed_by) values (@job, @value, @by)
            on conflict (job) do update set {column} = excluded.{column}, changed_by = excluded.changed_by, changed_at = now()
            """, new { job, value, by = actor.UserName }, cancellationToken: cancel));
        write.Audit(action, $"job:{job}", job, new Dictionary<string, T?> { [column] = before }, new Dictionary<string, T?> { [column] = value });
        await write.Commit(cancel);
    }
}

/// <summary>An admin's word on a job.</summary>
public sealed record JobDecision(string Job, bool Paused, int? AtOnce, string? Cron, string ChangedBy, DateTime ChangedAt);
