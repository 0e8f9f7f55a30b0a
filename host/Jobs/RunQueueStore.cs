using Crucible.Data;
using Crucible.Host.Notices;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Host.Jobs;

/// <summary>
/// The queue side of the runs: added, claimed, ended, taken over. Claims of all hosts take turns (a lock held for the length of
/// one statement), so that a limit over all hosts is exact. Whatever a host writes about a run holds only while the run is
/// still its own at that attempt.
/// </summary>
internal sealed class RunQueueStore(Database database, DatabaseClock clock, JobNotices notices)
{
    private const long ClaimLock = 0x4352554A_4F425301; // "CRUJOBS", 1

    public async Task<Guid> Add(string job, string? arguments, string by, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Insert(connection, job, arguments, by, cancel);
    }

    /// <summary>As part of a transaction, whose commit also wakes the hosts.</summary>
    public async Task<Guid> Add(NpgsqlConnection connection, string job, string? arguments, string by, CancellationToken cancel)
    {
        var id = await Insert(connection, job, arguments, by, cancel);
        await connection.ExecuteAsync(new CommandDefinition("select pg_notify('crucible_signal', 'jobs:queue')", cancellationToken: cancel));
        return id;
    }

    /// <summary>The run for a time of a schedule, unless there is one, one still waits (so misfires become one), or the job is paused.</summary>
    public async Task<bool> AddDue(string job, DateTimeOffset due, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteAsync(new CommandDefinition("""
            insert into crucible.job_run (id, job, asked_by, due)
            select @id, @job, 'schedule', @due
            where not exists (select from crucible.job_rule where job = @job and paused)
              and not exists (select from crucible.job_run where job = @job and due is not null and state in ('queued', 'retrying'))
            on conflict do nothing
            """, new { id = NewId(), job, due }, cancellationToken: cancel)) > 0;
    }

    /// <summary>Takes up to <paramref name="free"/> runs for a host: the longest ready first, within each job's limit over all hosts.</summary>
    public async Task<IReadOnlyList<ClaimedRun>> Claim(Node node, IReadOnlyList<string> jobs, IReadOnlyList<int> limits, int free, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // One round trip and so one transaction: the lock is there before the second statement takes its snapshot.
        await using var both = await connection.QueryMultipleAsync(new CommandDefinition("""
            select 1 from pg_advisory_xact_lock(@ClaimLock);
            with offered as (
                select j.job, least(@free, coalesce(r.at_once, j.most) - coalesce(b.n, 0)) as room
                from unnest(@jobs, @limits) j(job, most)
                left join crucible.job_rule r on r.job = j.job
                left join (select job, count(*)::int as n from crucible.job_run where state = 'running' group by job) b on b.job = j.job
                where r.paused is not true
            ), ready as (
                select x.id, x.ready_at from offered o cross join lateral (
                    select id, ready_at from crucible.job_run
                    where job = o.job and state in ('queued', 'retrying') and ready_at <= now()
                    order by ready_at, id limit greatest(o.room, 0)
                    for update skip locked) x
                order by x.ready_at, x.id limit @free
            )
            update crucible.job_run r
            set state = 'running', attempt = attempt + 1, node = @name, node_id = @node, started_at = now(), ended_at = null,
                wait_ms = greatest(extract(epoch from now() - r.ready_at) * 1000, 0), took_ms = null, done = null, total = null, doing = null
            from ready where r.id = ready.id
            returning r.id, r.job, r.attempt, r.forgiven, r.arguments::text, r.lines, r.wait_ms
            """, new { ClaimLock, jobs, limits, free, node = node.Id, name = node.Name }, cancellationToken: cancel));
        await both.ReadAsync<int>();
        return [.. await both.ReadAsync<ClaimedRun>()];
    }

    /// <summary>Writes down how runs ended, and the attempts that did not succeed; of dead letters those hear who look after jobs.</summary>
    public async Task End(long node, IReadOnlyList<RunEnd> ends, CancellationToken cancel)
    {
        if (ends.All(e => e.State != RunState.Dead))
        {
            // Nearly always: one statement, which needs no transaction around it.
            await using var connection = await database.Open(cancel);
            await End(connection, node, ends, cancel);
            return;
        }
        await using var write = await database.Write(Actor.System("jobs"), cancel);
        await notices.GivenUp(write, await End(write.Connection, node, ends, cancel), cancel);
        await write.Commit(cancel);
    }

    // Returns the dead letters among them.
    private static async Task<IReadOnlyList<(string Job, string? Error)>> End(NpgsqlConnection connection, long node, IReadOnlyList<RunEnd> ends, CancellationToken cancel) =>
        (await connection.QueryAsync<(string, string?)>(new CommandDefinition("""
            with e as (
                select * from unnest(@ids, @attempts, @states, @outcomes, @tooks, @errors, @details, @pauses)
                    as e(id, attempt, state, outcome, took, error, details, pause)
            ), ended as (
                update crucible.job_run r
                -- What would go on but was cancelled meanwhile does not.
                set state = case when e.state in ('queued', 'retrying') and r.cancel_at is not null then 'cancelled' else e.state end,
                    ended_at = case when e.state in ('queued', 'retrying') and r.cancel_at is null then null else now() end,
                    ready_at = case when e.state in ('queued', 'retrying') then now() + e.pause * interval '1 millisecond' else r.ready_at end,
                    -- Handed back, not failed: the attempt does not count.
                    attempt = case when e.state = 'queued' then r.attempt - 1 else r.attempt end,
                    took_ms = e.took, error = e.error, node_id = null,
                    done = case when e.state = 'succeeded' then r.total else r.done end
                from e where r.id = e.id and r.node_id = @node and r.attempt = e.attempt and r.state = 'running'
                returning r.id, r.job, r.state, r.error, r.node, r.started_at
            ), kept as (
                insert into crucible.job_attempt (run_id, attempt, outcome, node, started_at, took_ms, error, details)
                select e.id, e.attempt, e.outcome, ended.node, ended.started_at, e.took, e.error, e.details
                from e join ended on ended.id = e.id where e.outcome is not null
                on conflict do nothing
            )
            select job, error from ended where state = 'dead'
            """, new
        {
            node,
            ids = ends.Select(e => e.Run.Id).ToArray(),
            attempts = ends.Select(e => e.Run.Claim.Attempt).ToArray(),
            states = ends.Select(e => e.State).ToArray(),
            outcomes = ends.Select(e => e.Outcome).ToArray(),
            tooks = ends.Select(e => e.Took.TotalMilliseconds).ToArray(),
            errors = ends.Select(e => e.Error).ToArray(),
            details = ends.Select(e => e.Details).ToArray(),
            pauses = ends.Select(e => e.Pause.TotalMilliseconds).ToArray(),
        }, cancellationToken: cancel))).AsList();

    /// <summary>Requeues what hosts were running that are no longer there; what had its attempts becomes a dead letter.</summary>
    /// <param name="jobs">Keys of the jobs this host knows.</param>
    /// <param name="attempts">How many attempts each has.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The runs taken over.</returns>
    public async Task<IReadOnlyList<Guid>> TakeOver(IReadOnlyList<string> jobs, IReadOnlyList<int> attempts, CancellationToken cancel)
    {
        await using var write = await database.Write(Actor.System("jobs"), cancel);
        var taken = (await write.Connection.QueryAsync<(Guid Id, string Job, string Next, string Error)>(new CommandDefinition("""
            with lost as (
                select r.id, r.job, r.attempt, r.node, r.started_at, 'The host ' || coalesce(r.node, '?') || ' stopped answering while it ran this.' as error,
                    case when r.cancel_at is not null then 'cancelled'
                         when r.attempt - r.forgiven >= coalesce(j.attempts, 5) then 'dead' else 'retrying' end as next
                from crucible.job_run r left join unnest(@jobs, @attempts) j(job, attempts) on j.job = r.job
                where r.state = 'running' and not exists (select from crucible.node n where n.id = r.node_id and n.state = 'up')
                for update of r skip locked
            ), freed as (
                update crucible.job_run r
                set state = l.next, node_id = null, ready_at = now(), error = l.error, ended_at = case when l.next = 'retrying' then null else now() end
                from lost l where r.id = l.id
            ), kept as (
                insert into crucible.job_attempt (run_id, attempt, outcome, node, started_at, took_ms, error)
                select id, attempt, 'lost', node, coalesce(started_at, now()), null, error from lost
                on conflict do nothing
            )
            select id, job, next, error from lost
            """, new { jobs, attempts }, cancellationToken: cancel))).AsList();
        await notices.GivenUp(write, taken.Where(t => t.Next == RunState.Dead).Select(t => (t.Job, (string?)t.Error)), cancel);
        await write.Commit(cancel);
        return [.. taken.Select(t => t.Id)];
    }

    /// <summary>
    /// Requeues what the table says this host runs although it does not: the answer to a claim was lost on its way. Such an attempt never
    /// began and does not count.
    /// </summary>
    public async Task<int> Reclaim(long node, IReadOnlyList<Guid> here, TimeSpan age, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteAsync(new CommandDefinition("""
            update crucible.job_run
            set state = case when cancel_at is null then 'queued' else 'cancelled' end, ended_at = case when cancel_at is null then null else now() end,
                attempt = greatest(attempt - 1, 0), node_id = null
            where state = 'running' and node_id = @node and started_at < now() - @age and id <> all(@here)
            """, new { node, here, age }, cancellationToken: cancel));
    }

    /// <summary>Runs of a host that somebody wants to end.</summary>
    public async Task<IReadOnlyList<Guid>> ToCancel(long node, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from crucible.job_run where state = 'running' and node_id = @node and cancel_at is not null", new { node }, cancellationToken: cancel))];
    }

    private Guid NewId() => Guid.CreateVersion7(clock.GetUtcNow());

    private async Task<Guid> Insert(NpgsqlConnection connection, string job, string? arguments, string by, CancellationToken cancel)
    {
        var id = NewId();
        await connection.ExecuteAsync(new CommandDefinition(
            "insert into crucible.job_run (id, job, arguments, asked_by) values (@id, @job, @arguments::jsonb, @by)", new { id, job, arguments, by }, cancellationToken: cancel));
        return id;
    }
}
