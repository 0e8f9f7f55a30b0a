using Crucible.Data;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A run beside another one: its parent, or one of its children.</summary>
public sealed record Relative(Guid RunId, string Name, string Status, long StartTime, long? EndTime);

/// <summary>A model that a run made.</summary>
public sealed record RunModel(string ModelId, string Name, string? ModelType, string Status, long CreatedMs);

/// <summary>What belongs to a run beside what it logged itself.</summary>
public sealed record Family(Relative? Parent, IReadOnlyList<Relative> Children, IReadOnlyList<RunModel> Models);

/// <summary>Parents, children and models of runs. Callers have checked that the run may be seen.</summary>
public sealed class FamilyStore(Database database)
{
    /// <summary>Around one run; children of its own experiment, at most 200 of them, newest first.</summary>
    public async Task<Family> Of(RunRow run, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new("""
            select run_id, name, status, start_time, end_time from experiments.run
            where run_id = @ParentRunId and experiment_id = @ExperimentId and lifecycle = 'active';
            select run_id, name, status, start_time, end_time from experiments.run
            where parent_run_id = @RunId and experiment_id = @ExperimentId and lifecycle = 'active' order by start_time desc, run_id limit 200;
            select model_id, name, model_type, status, created_ms from experiments.logged_model
            where run_id = @RunId and lifecycle = 'active' order by created_ms desc, model_id limit 100
            """, new { run.RunId, run.ParentRunId, run.ExperimentId }, cancellationToken: cancel));
        return new(await read.ReadSingleOrDefaultAsync<Relative>(), (await read.ReadAsync<Relative>()).AsList(), (await read.ReadAsync<RunModel>()).AsList());
    }
}
