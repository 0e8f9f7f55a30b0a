using Crucible.Data;
using Dapper;

namespace Crucible.Host.Jobs;

/// <summary>The hosts that share the work, and when each was last heard of; by the database's time alone.</summary>
internal sealed class NodeStore(Database database)
{
    private const long NameLock = 0x4352554A_4F425302; // "CRUJOBS", 2

    /// <summary>Adds this host, in place of what it was before it lost its lease. While another one with its name lives it gets a number.</summary>
    public async Task<(Node Node, DateTime Now)> Register(long? before, string name, string version, int workers, IReadOnlyList<string> jobs, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var both = await connection.QueryMultipleAsync(new CommandDefinition("""
            select 1 from pg_advisory_xact_lock(@NameLock);
            update crucible.node set state = 'gone', ended_at = now() where id = @before and state = 'up';
            insert into crucible.node (name, version, workers, jobs)
            select free.name, @version, @workers, @jobs from (
                select case n when 1 then @name else @name || '-' || n end as name, n from generate_series(1, 1000) n) free
            where not exists (select from crucible.node o where o.state = 'up' and o.name = free.name)
            order by n limit 1
            returning id, name, clock_timestamp() as now
            """, new { NameLock, before, name, version, workers, jobs }, cancellationToken: cancel));
        await both.ReadAsync<int>();
        var (id, given, now) = await both.ReadSingleAsync<(long, string, DateTime)>();
        return (new(id, given), now);
    }

    /// <summary>Says that it lives; null when others have given it up in the meantime.</summary>
    public async Task<DateTime?> Beat(long id, int abandoned, IReadOnlyList<string> jobs, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<DateTime?>(new CommandDefinition(
            "update crucible.node set beat_at = now(), abandoned = @abandoned, jobs = @jobs where id = @id and state = 'up' returning clock_timestamp()",
            new { id, abandoned, jobs }, cancellationToken: cancel));
    }

    /// <summary>Gives up hosts that were silent for longer than the lease; returns their names.</summary>
    public async Task<IReadOnlyList<string>> GiveUp(TimeSpan lease, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            "update crucible.node set state = 'gone', ended_at = now() where state = 'up' and beat_at < now() - @lease returning name", new { lease }, cancellationToken: cancel))];
    }

    /// <summary>Keys of the jobs that some host which is up knows.</summary>
    public async Task<IReadOnlyList<string>> Jobs(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<string>(new CommandDefinition("select distinct unnest(jobs) from crucible.node where state = 'up'", cancellationToken: cancel))];
    }

    /// <summary>A clean goodbye.</summary>
    public async Task Leave(long id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new CommandDefinition("update crucible.node set state = 'left', ended_at = now() where id = @id and state = 'up'", new { id }, cancellationToken: cancel));
    }
}

/// <summary>This host among those that share the work.</summary>
internal sealed record Node(long Id, string Name);
