using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What a new run is given.</summary>
/// <param name="RunId">Its id, <see cref="Guid.CreateVersion7()"/>.</param>
/// <param name="ExperimentId">The experiment it goes to.</param>
/// <param name="Name">Its name; also among the tags.</param>
/// <param name="UserId">The user name that the client sent.</param>
/// <param name="StartTime">Milliseconds of the Unix epoch.</param>
/// <param name="Tags">Its tags, keys unique.</param>
public sealed record NewRun(Guid RunId, long ExperimentId, string Name, string UserId, long StartTime, IReadOnlyCollection<KeyValue> Tags);

/// <summary>A run's life: made, ended, renamed, deleted, restored. Verbs answer null when done, else why not.</summary>
public sealed class RunStore(Database database)
{
    /// <summary>The run, deleted or not; null when there is none that this actor may see.</summary>
    public async Task<Run?> Find(Guid runId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var run = await connection.QuerySingleOrDefaultAsync<Run>(new(
            $"select {Run.Columns} from experiments.run r join experiments.experiment e using (experiment_id) where r.run_id = @runId",
            new { runId }, cancellationToken: cancel));
        return run is not null && actor.MayRead(run.TeamId) ? run : null;
    }

    /// <summary>Begins a run.</summary>
    public async Task<ProtocolError?> Create(NewRun run, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var experiment = await write.Connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @ExperimentId",
            new { run.ExperimentId }, cancellationToken: cancel));
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return ProtocolError.NoExperiment(run.ExperimentId.ToString());
        if (!actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, $"You may read the experiment {run.ExperimentId}, but not add runs to it.");
        if (experiment.Deleted)
            return ProtocolError.Invalid($"The experiment {run.ExperimentId} must be in the 'active' state. Current state is deleted.");
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.run (run_id, experiment_id, name, user_id, owner_id, status, start_time, artifact_uri, parent_run_id)
            values (@RunId, @ExperimentId, @Name, @UserId, @PersonId, 'running', @StartTime, @artifactUri, @parent);
            insert into experiments.tag (run_id, experiment_id, key, value)
            select @RunId, @ExperimentId, key, value from unnest(@keys, @values) as n (key, value)
            """, new
        {
            run.RunId,
            run.ExperimentId,
            run.Name,
            run.UserId,
            actor.PersonId,
            run.StartTime,
            artifactUri = $"{experiment.ArtifactLocation.TrimEnd('/')}/{run.RunId:N}/artifacts",
            parent = Parent(run.Tags),
            keys = run.Tags.Select(t => t.Key).ToArray(),
            values = run.Tags.Select(t => t.Value).ToArray(),
        }, cancellationToken: cancel));
        write.TellRun(run.RunId, run.ExperimentId, new RunStarted(run.RunId, run.ExperimentId));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets what is given: the status, the end time (milliseconds of the Unix epoch), the name.</summary>
    public async Task<ProtocolError?> Update(Guid runId, RunStatus? status, long? endTime, string? name, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (gate, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        // A run that runs again has no end; the tag of the name follows the name.
        await write.Connection.ExecuteAsync(new("""
            update experiments.run set
                status = coalesce(@word, status),
                end_time = case when @word in ('running', 'pending') and @endTime::bigint is null then null else coalesce(@endTime, end_time) end,
                name = coalesce(@name, name),
                heard_at = now()
            where run_id = @runId;
            insert into experiments.tag (run_id, experiment_id, key, value)
            select @runId, @ExperimentId, 'mlflow.runName', @name where @name is not null
            on conflict (run_id, key) do update set value = excluded.value
            """, new { runId, gate!.ExperimentId, word = status?.Word(), endTime, name }, cancellationToken: cancel));
        if (status is not null || endTime is not null)
            write.TellRun(runId, gate.ExperimentId, new RunStatusChanged(runId, gate.ExperimentId, status?.Word() ?? ""));
        if (name is not null)
            write.TellRun(runId, gate.ExperimentId, new RunRenamed(runId, gate.ExperimentId, name));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Deletes the run; it can be restored.</summary>
    public async Task<ProtocolError?> Delete(Guid runId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var gate = await Gate.Find(write, runId, cancel);
        if (Gate.MoveRefusal(gate, runId, actor) is { } refusal)
            return refusal;
        await write.Connection.ExecuteAsync(new(
            "update experiments.run set lifecycle = 'deleted', deleted_at = now() where run_id = @runId and lifecycle = 'active'",
            new { runId }, cancellationToken: cancel));
        write.TellRun(runId, gate!.ExperimentId, new RunDeleted(runId, gate.ExperimentId));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Brings a deleted run back.</summary>
    public async Task<ProtocolError?> Restore(Guid runId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var gate = await Gate.Find(write, runId, cancel);
        if (Gate.MoveRefusal(gate, runId, actor) is { } refusal)
            return refusal;
        await write.Connection.ExecuteAsync(new(
            "update experiments.run set lifecycle = 'active', deleted_at = null where run_id = @runId and lifecycle = 'deleted'",
            new { runId }, cancellationToken: cancel));
        write.TellRun(runId, gate!.ExperimentId, new RunRestored(runId, gate.ExperimentId));
        await write.Commit(cancel);
        return null;
    }

    internal static Guid? Parent(IEnumerable<KeyValue> tags)
    {
        foreach (var tag in tags)
            if (tag.Key == "mlflow.parentRunId" && RunId.TryRead(tag.Value, out var parent))
                return parent;
        return null;
    }
}
