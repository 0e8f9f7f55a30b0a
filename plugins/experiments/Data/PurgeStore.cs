using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Jobs;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.Jobs;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A run that is to be removed.</summary>
public readonly record struct DoomedRun(Guid RunId, long ExperimentId);

/// <summary>
/// Removing for good what lies in the trash: a run or an experiment with its points, files, comments and all else. Who asks
/// marks it (<c>purging</c>), after which nobody restores it, and a job does the work in slices, each a statement that commits.
/// </summary>
public sealed class PurgeStore(Database database, IJobQueue jobs, IFileStore files)
{
    private const int Slice = 20_000;

    /// <summary>Has deleted runs removed; those that are not deleted or that this actor may not delete stay.</summary>
    /// <returns>How many go, or why none does.</returns>
    public async Task<(int Count, ProtocolError? Refusal)> Runs(Guid[] runIds, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var found = (await write.Connection.QueryAsync<(Guid RunId, long ExperimentId, Guid TeamId, Guid? OwnerId, string Name)>(new("""
            select r.run_id, r.experiment_id, e.team_id, r.owner_id, r.name from experiments.run r join experiments.experiment e using (experiment_id)
            where r.run_id = any(@runIds) and r.lifecycle = 'deleted' order by r.run_id for no key update of r
            """, new { runIds }, cancellationToken: cancel))).AsList();
        var seen = found.Where(r => actor.MayRead(r.TeamId)).ToList();
        var chosen = seen.Where(r => actor.MayDelete(r.TeamId, r.OwnerId)).ToList();
        if (chosen.Count == 0)
            return (0, seen.Count == 0 ? new(ErrorCode.ResourceDoesNotExist, "None of these runs is in the trash.")
                : new(ErrorCode.PermissionDenied, "Only the owner of a run or an admin may remove it."));
        await write.Connection.ExecuteAsync(new("update experiments.run set lifecycle = 'purging' where run_id = any(@ids)",
            new { ids = chosen.Select(r => r.RunId).ToArray() }, cancellationToken: cancel));
        foreach (var run in chosen)
            await write.Record(actor, "run.purge", run.ExperimentId, run.RunId, run.Name, cancel: cancel);
        foreach (var experiment in chosen.GroupBy(r => (r.ExperimentId, r.TeamId)))
        {
            write.TellExperiment(experiment.Key.TeamId, experiment.Key.ExperimentId, new RunsPurged(experiment.Key.ExperimentId));
            await jobs.Enqueue<PurgeTrash>(write, Argument(experiment.Key.ExperimentId), cancel);
        }
        await write.Commit(cancel);
        return (chosen.Count, null);
    }

    /// <summary>Has a deleted experiment removed, with all it holds.</summary>
    public async Task<ProtocolError?> Experiment(long experimentId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.PassOwner(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        if (!experiment!.Deleted)
            return new(ErrorCode.ResourceConflict, "It is not in the trash. Delete it first.");
        await write.Connection.ExecuteAsync(new("""
            update experiments.experiment set lifecycle = 'purging' where experiment_id = @experimentId;
            update experiments.run set lifecycle = 'purging' where experiment_id = @experimentId and lifecycle <> 'purging'
            """, new { experimentId }, cancellationToken: cancel));
        write.TellExperiment(experiment.TeamId, experimentId, new ExperimentPurged(experimentId));
        await write.Record(actor, "experiment.purge", experimentId, null, experiment.Name, cancel: cancel);
        await jobs.Enqueue<PurgeTrash>(write, Argument(experimentId), cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>How many runs of it are marked.</summary>
    public async Task<long> Marked(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new("select count(*) from experiments.run where experiment_id = @experimentId and lifecycle = 'purging'", new { experimentId }, cancellationToken: cancel));
    }

    /// <summary>The next marked run of it; null when there is none left.</summary>
    public async Task<DoomedRun?> Next(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QueryFirstOrDefaultAsync<DoomedRun?>(new("select run_id, experiment_id from experiments.run where experiment_id = @experimentId and lifecycle = 'purging' limit 1", new { experimentId }, cancellationToken: cancel));
    }

    /// <summary>Removes a marked run. Done twice, or begun and not ended, it does no harm.</summary>
    public async Task Remove(DoomedRun run, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        foreach (var table in (string[])["point", "bucket"])
            await Slices.UntilNone(() => connection.ExecuteAsync(new($"""
                delete from experiments.{table} where ctid = any(array(
                    select p.ctid from experiments.series s join experiments.{table} p using (series_id) where s.run_id = @RunId limit {Slice}))
                """, new { run.RunId }, cancellationToken: cancel)));
        await files.Delete($"artifacts/{run.ExperimentId}/{run.RunId:N}", cancel);
        await connection.ExecuteAsync(new("delete from experiments.run where run_id = @RunId and lifecycle = 'purging'", new { run.RunId }, cancellationToken: cancel));
    }

    /// <summary>Removes a marked experiment that has no runs any more, with its models, datasets, comments and files.</summary>
    public async Task RemoveEmptied(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var marked = await connection.QuerySingleAsync<bool>(new("select exists (select from experiments.experiment where experiment_id = @experimentId and lifecycle = 'purging')", new { experimentId }, cancellationToken: cancel));
        if (!marked)
            return;
        await files.Delete($"artifacts/{experimentId}", cancel);
        await Slices.UntilNone(() => connection.ExecuteAsync(new($"delete from experiments.activity where id in (select id from experiments.activity where experiment_id = @experimentId limit {Slice})", new { experimentId }, cancellationToken: cancel)));
        await connection.ExecuteAsync(new("delete from experiments.experiment where experiment_id = @experimentId and lifecycle = 'purging'", new { experimentId }, cancellationToken: cancel));
    }

    private static Dictionary<string, string> Argument(long experimentId) => new() { [PurgeTrash.Of] = $"{experimentId}" };
}
