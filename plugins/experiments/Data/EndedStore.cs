using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A run that its owner should hear about.</summary>
public sealed record EndedRun(Guid RunId, string Name, Guid OwnerId, string Experiment, TimeSpan Silence);

/// <summary>What a week brought to one experiment.</summary>
public sealed record WeekOfExperiment(long ExperimentId, string Name, long Completed, long Failed);

/// <summary>Runs that ended, for those who were not there.</summary>
public sealed class EndedStore(Database database, TimeProvider time)
{
    /// <summary>A run that failed and has an owner, still so; null otherwise.</summary>
    public async Task<EndedRun?> Failed(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<EndedRun>(new("""
            select r.run_id, r.name, r.owner_id, e.name as experiment, interval '0' as silence
            from experiments.run r join experiments.experiment e using (experiment_id)
            where r.run_id = @runId and r.status = 'failed' and r.lifecycle = 'active' and r.owner_id is not null
            """, new { runId }, cancellationToken: cancel));
    }

    /// <summary>Owned runs that fell silent within the last day, for longer than their experiment allows.</summary>
    public async Task<IReadOnlyList<EndedRun>> Lost(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<EndedRun>(new("""
            select r.run_id, r.name, r.owner_id, e.name as experiment, e.lost_after as silence
            from experiments.run r join experiments.experiment e using (experiment_id)
            where r.status = 'running' and r.lifecycle = 'active' and r.owner_id is not null
                and r.heard_at <= @now - e.lost_after and r.heard_at > @now - e.lost_after - interval '1 day'
            order by r.heard_at limit 1000
            """, new { now = time.GetUtcNow() }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The experiments in which most runs ended within a week, of those this actor may see.</summary>
    public async Task<IReadOnlyList<WeekOfExperiment>> Week(Actor actor, DateTimeOffset from, DateTimeOffset until, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<WeekOfExperiment>(new($"""
            select e.experiment_id, e.name, count(*) filter (where r.status = 'completed') as completed, count(*) filter (where r.status = 'failed') as failed
            from experiments.run r join experiments.experiment e using (experiment_id)
            where r.lifecycle = 'active' and e.lifecycle = 'active' and r.end_time >= @from and r.end_time < @until and r.status in ('completed', 'failed') and {Visible.To("e")}
            group by e.experiment_id, e.name order by count(*) desc, e.experiment_id limit @most
            """, new { actor.SeesAll, actor.ReadTeams, from = from.ToUnixTimeMilliseconds(), until = until.ToUnixTimeMilliseconds(), most }, cancellationToken: cancel))).AsList();
    }
}
