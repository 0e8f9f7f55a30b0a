using Crucible.Data;
using Crucible.Jobs;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Jobs;

/// <summary>Forgets runs that are older than the history is kept, a slice at a time, so that no host waits behind it.</summary>
internal sealed class TrimJobHistory(JobHistoryStore history, IOptions<JobOptions> options) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var keep = options.Value;
        foreach (var (states, days) in new (string[], int)[] { ([RunState.Succeeded], keep.KeepSucceededDays), ([RunState.Cancelled], keep.KeepCancelledDays), ([RunState.Failed, RunState.Dead], keep.KeepFailedDays) })
        {
            var gone = 0;
            for (int slice; (slice = await history.Trim(states, TimeSpan.FromDays(days), cancel)) > 0; gone += slice)
                run.Progress(gone + slice, 0, $"Forgetting {string.Join(" and ", states)} runs");
            if (gone > 0)
                run.Log($"Forgot {gone} {string.Join(" and ", states)} runs older than {days} days");
        }
        await history.TrimRest(cancel);
    }
}

/// <summary>What the history forgets.</summary>
internal sealed class JobHistoryStore(Database database)
{
    private const int Slice = 2000;

    /// <summary>One slice of the runs that ended in these states longer ago than that, with their logs and attempts; returns how many went.</summary>
    public async Task<int> Trim(string[] states, TimeSpan age, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // Ids begin with their time, so the oldest are found at the beginning of the key, without an index by date.
        return await connection.ExecuteAsync(new CommandDefinition($"""
            delete from crucible.job_run where id = any(array(
                select id from crucible.job_run
                where id < (lpad(to_hex((extract(epoch from now() - @age) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid and state = any(@states) and ended_at < now() - @age
                order by id limit {Slice}))
            """, new { states, age }, commandTimeout: 120, cancellationToken: cancel));
    }

    /// <summary>Counts by minute after two weeks, hosts that ended after one.</summary>
    public async Task TrimRest(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new CommandDefinition("""
            delete from crucible.job_minute where minute < now() - interval '14 days';
            delete from crucible.node where state <> 'up' and ended_at < now() - interval '7 days';
            """, commandTimeout: 120, cancellationToken: cancel));
    }
}
