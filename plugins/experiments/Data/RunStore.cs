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
public sealed record NewRun(Guid RunId, long ExperimentId, string Name, string UserId, long StartTime, IReadOnlyCollection<Entry> Tags);

/// <summary>A run's life: made, ended, renamed, deleted, restored. Verbs answer null when done, else why not.</summary>
public sealed class RunStore(Database database, TimeProvider time)
{
    /// <summary>The run, deleted or not; null when there is none that this actor may see.</summary>
    public async Task<RunRow?> Find(Guid runId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var run = await connection.QuerySingleOrDefaultAsync<RunRow>(new(
            $"select {RunRow.Columns} from experiments.run r join experiments.experiment e using (experiment_id) where r.run_id = @runId",
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
        if (experiment is { State.Status: ExperimentStatus.Pending, Waits: false })
            await StartExperiment(write, run, actor, cancel);
        write.TellTeam(experiment.TeamId, run.RunId, run.ExperimentId, new RunStarted(run.RunId, run.ExperimentId));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets what is given: the status, the end time (milliseconds of the Unix epoch), the name.</summary>
    public async Task<ProtocolError?> Update(Guid runId, RunStatus? status, long? endTime, string? name, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var row = await write.Connection.QuerySingleOrDefaultAsync<RunRow>(new(
            $"select {RunRow.Columns} from experiments.run r join experiments.experiment e using (experiment_id) where r.run_id = @runId for no key update of r",
            new { runId }, cancellationToken: cancel));
        if (Gate.Refusal(row is null ? null : new(row.ExperimentId, row.TeamId, row.OwnerId, Deleted: false, row.Name), runId, actor) is { } refusal)
            return refusal;
        var before = row!.Run;
        var outcome = before.Update(status, endTime, name, time.GetUtcNow().ToUnixTimeMilliseconds());
        if (outcome.Refused)
            return ProtocolError.Invalid(outcome.Refusal);
        var run = outcome.Next;
        await write.Connection.ExecuteAsync(new("""
            update experiments.run set status = @word, end_time = @EndTime, name = @Name, heard_at = now() where run_id = @Id
            """, new { run.Id, run.Name, run.EndTime, word = run.Status.Word() }, cancellationToken: cancel));
        if (run.Name != before.Name)
        {
            await write.Connection.ExecuteAsync(new("""
                insert into experiments.tag (run_id, experiment_id, key, value) values (@Id, @ExperimentId, @NameTag, @Name)
                on conflict (run_id, key) do update set value = excluded.value
                """, new { run.Id, run.ExperimentId, run.Name, Run.NameTag }, cancellationToken: cancel));
            write.TellRun(runId, run.ExperimentId, new RunRenamed(runId, run.ExperimentId, run.Name));
        }
        if (run.Status != before.Status || run.EndTime != before.EndTime)
            write.TellTeam(row.TeamId, runId, run.ExperimentId, new RunStatusChanged(runId, run.ExperimentId, run.Status.Word()));
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
        write.TellTeam(gate!.TeamId, runId, gate.ExperimentId, new RunDeleted(runId, gate.ExperimentId));
        await write.Record(actor, "run.delete", gate.ExperimentId, runId, gate.Name, cancel: cancel);
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
        write.TellTeam(gate!.TeamId, runId, gate.ExperimentId, new RunRestored(runId, gate.ExperimentId));
        await write.Record(actor, "run.restore", gate.ExperimentId, runId, gate.Name, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    // Many runs may begin at once: the one that finds it pending under the lock is the first.
    private async Task StartExperiment(WriteScope write, NewRun run, Actor actor, CancellationToken cancel)
    {
        if (await ExperimentGate.Locked(write, run.ExperimentId, cancel) is not { State.Status: ExperimentStatus.Pending, Waits: false } experiment)
            return;
        var next = experiment.State with { Status = ExperimentStatus.Running };
        await ExperimentGate.Keep(write, experiment, next, time.GetUtcNow().ToUnixTimeMilliseconds(), cancel);
        write.TellExperiment(experiment.TeamId, run.ExperimentId, new ExperimentStatusChanged(run.ExperimentId, next.Word));
        await write.Record(actor, "experiment.start", run.ExperimentId, run.RunId, experiment.Name, new { Status = experiment.State.Word }, new { Status = next.Word }, cancel);
    }

    internal static Guid? Parent(IEnumerable<Entry> tags)
    {
        foreach (var tag in tags)
            if (tag.Key == "mlflow.parentRunId" && RunId.TryRead(tag.Value, out var parent))
                return parent;
        return null;
    }
}
