using Crucible.Data;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>What the pages say of jobs and hosts, beside the list of runs.</summary>
internal sealed class JobListStore(Database database)
{
    private const int Strip = 24;
    private const int MostDead = 10_000;

    /// <summary>The last runs of each job, the newest first.</summary>
    public async Task<ILookup<string, PastRun>> LastRuns(IReadOnlyList<string> jobs, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<PastRun>(new CommandDefinition($"""
            select r.job, r.id, r.state, r.took_ms, coalesce(r.ended_at, r.started_at, r.created_at) as at
            from unnest(@jobs) j(job) cross join lateral (
                select job, id, state, took_ms, ended_at, started_at, created_at from crucible.job_run where job = j.job order by id desc limit {Strip}) r
            """, new { jobs }, cancellationToken: cancel))).ToLookup(r => r.Job);
    }

    /// <summary>Jobs in the queue that no host which is up knows, among the first ten thousand runs that wait.</summary>
    public async Task<IReadOnlyList<string>> Unknown(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<string>(new CommandDefinition("""
            select distinct job from (select job from crucible.job_run where state in ('queued', 'retrying') limit 10000) q
            where not exists (select from crucible.node n where n.state = 'up' and q.job = any(n.jobs)) order by job limit 50
            """, cancellationToken: cancel))];
    }

    /// <summary>The newest dead letters by job and error, in which every number counts as the same.</summary>
    public async Task<IReadOnlyList<DeadGroup>> Dead(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<DeadGroup>(new CommandDefinition($"""
            select job, pattern, count(*)::int as count, max(error) as error, min(ended_at) as first, max(ended_at) as last, (array_agg(id order by id desc))[1] as newest
            from (select id, job, ended_at, coalesce(error, '') as error, regexp_replace(coalesce(error, ''), '[0-9]+', '#', 'g') as pattern
                  from crucible.job_run where state = 'dead' order by id desc limit {MostDead}) d
            group by job, pattern order by max(ended_at) desc limit 200
            """, cancellationToken: cancel))];
    }

    /// <summary>The dead letters of a group.</summary>
    public async Task<IReadOnlyList<Guid>> DeadIds(string job, string pattern, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition($"""
            select id from crucible.job_run where state = 'dead' and job = @job and regexp_replace(coalesce(error, ''), '[0-9]+', '#', 'g') = @pattern order by id desc limit {MostDead}
            """, new { job, pattern }, cancellationToken: cancel))];
    }

    /// <summary>Hosts that are up, and those that ended within a day.</summary>
    public async Task<IReadOnlyList<NodeRow>> Nodes(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<NodeRow>(new CommandDefinition("""
            select id, name, version, state, started_at, beat_at, ended_at, workers, abandoned, cardinality(jobs) as jobs
            from crucible.node where state = 'up' or ended_at > now() - interval '1 day' order by state = 'up' desc, coalesce(ended_at, 'infinity') desc, id limit 100
            """, cancellationToken: cancel))];
    }

    /// <summary>What is under way, the longest first.</summary>
    public async Task<IReadOnlyList<UnderWayRow>> UnderWay(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<UnderWayRow>(new CommandDefinition("""
            select id, job, node_id, attempt, started_at, done, total, doing, cancel_at from crucible.job_run where state = 'running' order by started_at limit 1000
            """, cancellationToken: cancel))];
    }
}

/// <summary>A past run, for the strip beside its job.</summary>
public sealed record PastRun(string Job, Guid Id, string State, double? TookMs, DateTime At);

/// <summary>Dead letters that died of the same: the pattern is their error with every number replaced by #.</summary>
public sealed record DeadGroup(string Job, string Pattern, int Count, string Error, DateTime? First, DateTime? Last, Guid Newest);

/// <summary>A host.</summary>
public sealed record NodeRow(long Id, string Name, string Version, string State, DateTime StartedAt, DateTime BeatAt, DateTime? EndedAt, int Workers, int Abandoned, int Jobs);

/// <summary>A run under way somewhere.</summary>
public sealed record UnderWayRow(Guid Id, string Job, long? NodeId, int Attempt, DateTime StartedAt, double? Done, double? Total, string? Doing, DateTime? CancelAt);
