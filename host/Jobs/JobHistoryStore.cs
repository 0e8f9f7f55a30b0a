using Crucible.Data;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>What the history forgets, a slice at a time.</summary>
internal sealed class JobHistoryStore(Database database)
{
    private const int Slice = 2000;
    private const int Patience = 120;

    /// <summary>Runs that ended in a state before a time, with their logs and attempts.</summary>
    public async Task<long> Forget(string state, DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // Ids begin with their time, so the oldest are found at the beginning of the key, without an index by date. The state is a
        // word of the code, and as a literal leads to the index made for it.
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition($"""
            delete from crucible.job_run where id = any(array(
                select id from crucible.job_run
                where id < (lpad(to_hex((extract(epoch from @before) * 1000)::bigint), 12, '0') || '00000000000000000000')::uuid and state = '{RunState.All.Single(s => s == state)}' and ended_at < @before
                order by id limit {Slice}))
            """, new { before }, commandTimeout: Patience, cancellationToken: cancel)));
    }

    /// <summary>What the charts are drawn from.</summary>
    public Task<long> ForgetMinutes(DateTimeOffset before, CancellationToken cancel) => Delete("""
        delete from crucible.job_minute where ctid = any(array(select ctid from crucible.job_minute where minute < @before limit 10000))
        """, before, cancel);

    /// <summary>Hosts that left or fell silent.</summary>
    public Task<long> ForgetNodes(DateTimeOffset before, CancellationToken cancel) => Delete("""
        delete from crucible.node where id = any(array(select id from crucible.node where state <> 'up' and ended_at < @before limit 10000))
        """, before, cancel);

    private async Task<long> Delete(string sql, DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition(sql, new { before }, commandTimeout: Patience, cancellationToken: cancel)));
    }
}
