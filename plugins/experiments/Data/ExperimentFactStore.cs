using Crucible.Data;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What stands beside an experiment's own row: names of what it points to, and counts.</summary>
/// <param name="Project">Name of its project.</param>
/// <param name="Owner">Name of its owner.</param>
/// <param name="OwnerName">That person's sign-in name.</param>
/// <param name="Baseline">Name of its baseline run.</param>
/// <param name="Comments">Open comments on it and on all in it.</param>
public sealed record ExperimentFacts(string? Project, string? Owner, string? OwnerName, string? Baseline, long Comments)
{
    /// <summary>Of one that has nothing.</summary>
    public static ExperimentFacts None { get; } = new(null, null, null, null, 0);
}

/// <summary>A model that a run of an experiment made.</summary>
public sealed record ModelOfExperiment(string ModelId, string Name, string? ModelType, Guid? RunId, string? Run, long CreatedMs);

/// <summary>What the pages of one experiment show of it. Callers have checked that it may be seen.</summary>
public sealed class ExperimentFactStore(Database database)
{
    /// <summary>Names and counts.</summary>
    public async Task<ExperimentFacts> Of(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<ExperimentFacts>(new("""
            select p.name as project, o.display_name as owner, o.user_name as owner_name, b.name as baseline,
                (select count(*) from experiments.comment c where c.experiment_id = e.experiment_id and c.resolved_at is null) as comments
            from experiments.experiment e left join experiments.project p using (project_id) left join crucible.person o on o.id = e.owner_id
            left join experiments.run b on b.run_id = e.baseline_run_id where e.experiment_id = @experimentId
            """, new { experimentId }, cancellationToken: cancel)) ?? ExperimentFacts.None;
    }

    /// <summary>The newest runs.</summary>
    public async Task<IReadOnlyList<RunRow>> Recent(long experimentId, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunRow>(new($"""
            select {RunRow.Columns} from experiments.run r join experiments.experiment e using (experiment_id)
            where r.experiment_id = @experimentId and r.lifecycle = 'active' order by r.start_time desc, r.run_id limit @most
            """, new { experimentId, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Runs by a part of their name or the beginning of their id, the newest first: to choose a baseline from.</summary>
    public async Task<IReadOnlyList<(Guid RunId, string Name)>> Runs(long experimentId, string text, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string)>(new("""
            select run_id, name from (select run_id, name from experiments.run where experiment_id = @experimentId and lifecycle = 'active' order by start_time desc, run_id limit 2000) r
            where name ilike @within or replace(run_id::text, '-', '') like @begin limit @most
            """, new { experimentId, within = Like.Within(text), begin = Like.Literal(text.ToLowerInvariant()) + "%", most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The newest models that its runs made.</summary>
    public async Task<IReadOnlyList<ModelOfExperiment>> Models(long experimentId, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ModelOfExperiment>(new("""
            select m.model_id, m.name, m.model_type, m.run_id, r.name as run, m.created_ms from experiments.logged_model m
            left join experiments.run r on r.run_id = m.run_id and r.lifecycle = 'active'
            where m.experiment_id = @experimentId and m.lifecycle = 'active' order by m.created_ms desc, m.model_id limit @most
            """, new { experimentId, most }, cancellationToken: cancel))).AsList();
    }
}
