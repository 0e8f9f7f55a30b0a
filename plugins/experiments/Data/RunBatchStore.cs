using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Jobs;
using Crucible.Experiments.Live;
using Crucible.Jobs;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>An act on many runs, as it was asked for.</summary>
/// <param name="Act">What to do.</param>
/// <param name="RunIds">To which runs of the experiment; others are passed over.</param>
public sealed record BatchOrder(RunAct Act, Guid[] RunIds)
{
    /// <summary>Of a tag.</summary>
    public string? Key { get; init; }

    /// <summary>Of a tag.</summary>
    public string? Value { get; init; }

    /// <summary>Where a move goes.</summary>
    public long? Target { get; init; }

    /// <summary>The batch that is taken back.</summary>
    public Guid? Undoes { get; init; }
}

/// <summary>How far an act on many runs has come.</summary>
public sealed record RunBatch(Guid BatchId, long ExperimentId, Guid? PersonId, string UserName, string DisplayName, bool SeesAll, string Act, string? Key, string? Value, long? TargetId, Guid? Undoes, int Total, int Done, DateTime At, DateTime? EndedAt)
{
    internal const string Columns =
        "batch_id, experiment_id, person_id, user_name, display_name, sees_all, act, key, value, target_id, undoes, cardinality(run_ids) as total, done, at, ended_at";

    /// <summary>What is done.</summary>
    public RunAct What => RunActs.Read(Act)!.Value;
}

/// <summary>How an act on many runs was begun or ended.</summary>
/// <param name="Batch">The act.</param>
/// <param name="Changed">How many runs it changed; null while a job is at it.</param>
/// <param name="Target">Name of the experiment that a move goes to.</param>
public sealed record BatchOutcome(RunBatch Batch, int? Changed, string? Target);

/// <summary>Acts on many runs: few in the request itself, more in a job, either way slice by slice and taken back as a whole.</summary>
public sealed class RunBatchStore(Database database, ExperimentStore experiments, IJobQueue jobs, TimeProvider time)
{
    /// <summary>Begins it, and ends it at once when it is small.</summary>
    public async Task<(BatchOutcome? Outcome, ProtocolError? Refusal)> Begin(long experimentId, BatchOrder order, Actor actor, CancellationToken cancel)
    {
        if (await experiments.Find(experimentId, actor, cancel) is not { } experiment)
            return (null, ProtocolError.NoExperiment(experimentId.ToString()));
        if (!actor.MayWrite(experiment.TeamId))
            return (null, new(ErrorCode.PermissionDenied, $"You may read the experiment {experimentId}, but not change its runs."));
        Experiment? target = null;
        if (order.Act == RunAct.Move)
        {
            if (order.Target is not { } to || await experiments.Find(to, actor, cancel) is not { Deleted: false } found || !actor.MayWrite(found.TeamId))
                return (null, ProtocolError.Invalid("Choose an experiment that you may write to."));
            if (to == experimentId)
                return (null, ProtocolError.Invalid("The runs are in this experiment already."));
            target = found;
        }
        if (order.RunIds.Length == 0)
            return (null, ProtocolError.Invalid("Select at least one run."));
        var id = Guid.CreateVersion7(time.GetUtcNow());
        await using (var write = await database.Write(actor, cancel))
        {
            await write.Connection.ExecuteAsync(new("""
                insert into experiments.run_batch (batch_id, experiment_id, person_id, user_name, display_name, sees_all, act, key, value, target_id, undoes, run_ids)
                values (@id, @experimentId, @PersonId, @UserName, @DisplayName, @SeesAll, @act, @Key, @Value, @Target, @Undoes, @RunIds)
                """, new { id, experimentId, actor.PersonId, actor.UserName, actor.DisplayName, actor.SeesAll, act = order.Act.Word(), order.Key, order.Value, order.Target, order.Undoes, order.RunIds },
                cancellationToken: cancel));
            if (order.RunIds.Length > RunActs.AtOnce)
            {
                await jobs.Enqueue<ActOnRuns>(write, new Dictionary<string, string> { [ActOnRuns.Batch] = id.ToString() }, cancel);
                write.Tell("experiments", Topics.Experiment(experimentId), new RunsActedOn(experimentId, id));
            }
            await write.Commit(cancel);
        }
        if (order.RunIds.Length <= RunActs.AtOnce)
            while (await Slice(id, actor, cancel)) { }
        var batch = (await Find(id, cancel))!;
        return (new(batch, batch.EndedAt is null ? null : await Changed(id, cancel), target?.Name), null);
    }

    /// <summary>Takes a batch back: of the runs that it changed, those that are still as it left them.</summary>
    public async Task<(BatchOutcome? Outcome, ProtocolError? Refusal)> Undo(long experimentId, Guid batchId, Actor actor, CancellationToken cancel)
    {
        if (await Find(batchId, cancel) is not { } batch || batch.PersonId != actor.PersonId || (batch.TargetId ?? batch.ExperimentId) != experimentId || batch.What.Inverse() is not { } inverse)
            return (null, new(ErrorCode.ResourceDoesNotExist, "There is nothing to take back."));
        if (batch.EndedAt is null)
            return (null, ProtocolError.Invalid("It is still under way. Take it back when it has ended."));
        await using var connection = await database.Open(cancel);
        var changed = (await connection.QueryAsync<Guid>(new("select run_id from experiments.run_batch_change where batch_id = @batchId order by run_id", new { batchId }, cancellationToken: cancel))).ToArray();
        return changed.Length == 0
            ? (null, ProtocolError.Invalid("Nothing was changed, so there is nothing to take back."))
            : await Begin(experimentId, new(inverse, changed) { Key = batch.Key, Target = batch.What == RunAct.Move ? batch.ExperimentId : null, Undoes = batchId }, actor, cancel);
    }

    /// <summary>One batch; null when there is none.</summary>
    public async Task<RunBatch?> Find(Guid batchId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<RunBatch>(new($"select {RunBatch.Columns} from experiments.run_batch where batch_id = @batchId", new { batchId }, cancellationToken: cancel));
    }

    /// <summary>Those under way in an experiment. The caller has checked that it may be seen.</summary>
    public async Task<IReadOnlyList<RunBatch>> UnderWay(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunBatch>(new(
            $"select {RunBatch.Columns} from experiments.run_batch where experiment_id = @experimentId and ended_at is null order by at limit 10", new { experimentId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>How many runs it changed.</summary>
    public async Task<int> Changed(Guid batchId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<int>(new("select count(*)::int from experiments.run_batch_change where batch_id = @batchId", new { batchId }, cancellationToken: cancel));
    }

    /// <summary>Deals with the next runs of a batch.</summary>
    /// <returns>Whether there are more.</returns>
    public async Task<bool> Slice(Guid batchId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        // The lock keeps two hosts from doing the same slice; how far it came is part of the transaction.
        if (await write.Connection.QuerySingleOrDefaultAsync<RunBatch>(new(
            $"select {RunBatch.Columns} from experiments.run_batch where batch_id = @batchId and ended_at is null for update", new { batchId }, cancellationToken: cancel)) is not { } batch)
            return false;
        var ids = await write.Connection.QuerySingleAsync<Guid[]>(new(
            "select run_ids[@from:@to] from experiments.run_batch where batch_id = @batchId", new { batchId, from = batch.Done + 1, to = batch.Done + RunActs.AtOnce }, cancellationToken: cancel));
        var team = await write.Connection.QuerySingleAsync<Guid>(new("select team_id from experiments.experiment where experiment_id = @ExperimentId", new { batch.ExperimentId }, cancellationToken: cancel));
        var changed = await RunActSql.Do(write, batch, ids, cancel);
        foreach (var (runId, name, _) in changed)
        {
            await write.Record(actor, $"run.{batch.Act}", batch.TargetId ?? batch.ExperimentId, runId, name,
                batch.What == RunAct.Move ? new { Experiment = batch.ExperimentId } : null,
                batch.What switch { RunAct.Move => new { Experiment = batch.TargetId }, RunAct.Tag => new { batch.Key, batch.Value }, _ => null }, cancel);
            Tell(write, batch, runId);
        }
        var done = Math.Min(batch.Total, batch.Done + RunActs.AtOnce);
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.run_batch_change (batch_id, run_id, before) select @batchId, * from unnest(@runs, @before) on conflict do nothing;
            update experiments.run_batch set done = @done, ended_at = case when @done >= @Total then now() end where batch_id = @batchId
            """, new { batchId, runs = changed.Select(c => c.RunId).ToArray(), before = changed.Select(c => c.Before).ToArray(), done, batch.Total }, cancellationToken: cancel));
        foreach (var experiment in new[] { batch.ExperimentId, batch.TargetId ?? batch.ExperimentId }.Distinct())
            write.Tell("experiments", Topics.Experiment(experiment), new RunsActedOn(experiment, batchId));
        write.Tell("experiments", Topics.Team(team), new RunsActedOn(batch.ExperimentId, batchId));
        if (batch.What == RunAct.Purge && changed.Count > 0)
            await jobs.Enqueue<SweepLeftovers>(write, new Dictionary<string, string>(), cancel);
        await write.Commit(cancel);
        return done < batch.Total;
    }

    /// <summary>Forgets batches that are over.</summary>
    public Task<long> Forget(DateTimeOffset before, CancellationToken cancel) => Slices.UntilNone(async () =>
    {
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteAsync(new("""
            delete from experiments.run_batch where batch_id in (select batch_id from experiments.run_batch where at < @before and ended_at is not null limit 100)
            """, new { before }, cancellationToken: cancel));
    });

    private static void Tell(WriteScope write, RunBatch batch, Guid runId)
    {
        var (topic, experimentId) = (Topics.Run(runId), batch.ExperimentId);
        switch (batch.What)
        {
            case RunAct.Tag or RunAct.Untag:
                write.Tell("experiments", topic, new RunTagged(runId, experimentId, [batch.Key!]));
                break;
            case RunAct.Restore:
                write.Tell("experiments", topic, new RunRestored(runId, experimentId));
                break;
            case RunAct.Trash or RunAct.Purge:
                write.Tell("experiments", topic, new RunDeleted(runId, experimentId));
                break;
            default:
                write.Tell("experiments", topic, new RunMoved(runId, batch.TargetId ?? experimentId));
                break;
        }
    }
}
