using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Jobs;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.Jobs;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>
/// Removing a deleted experiment for good, with its runs, models, files, comments and all else. Who asks marks it
/// (<c>purging</c>), after which nobody restores it, and a job does the work in slices, each a statement that commits. What its
/// runs leave behind goes as that of single runs does (<see cref="LeftoverStore"/>).
/// </summary>
public sealed class PurgeStore(Database database, IJobQueue jobs, IFileStore files)
{
    private const int RunsAtOnce = 200;
    private const int LinesAtOnce = 20_000;

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
        await jobs.Enqueue<PurgeTrash>(write, new Dictionary<string, string> { [PurgeTrash.Of] = $"{experimentId}" }, cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>How many runs of it are marked.</summary>
    public async Task<long> Marked(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new("select count(*) from experiments.run where experiment_id = @experimentId and lifecycle = 'purging'", new { experimentId }, cancellationToken: cancel));
    }

    /// <summary>Removes some of its marked runs.</summary>
    /// <returns>How many went; 0 when none is left.</returns>
    public async Task<int> Slice(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid, string, string?, long)>(new(RunActSql.Purge("""
            r.run_id = any(array(select m.run_id from experiments.run m where m.experiment_id = @experimentId and m.lifecycle = 'purging' order by m.run_id limit @RunsAtOnce))
            """), new { experimentId, RunsAtOnce }, cancellationToken: cancel))).Count();
    }

    /// <summary>Removes a marked experiment that has no runs any more, with its models, datasets and comments, and has what the runs left swept up.</summary>
    public async Task RemoveEmptied(long experimentId, CancellationToken cancel)
    {
        await using (var connection = await database.Open(cancel))
        {
            // Runs and models that were moved elsewhere keep their files below this experiment's folder, so only what is its own goes.
            foreach (var folder in await connection.QueryAsync<string>(new("""
                select 'artifacts/' || substring(m.artifact_uri from '^mlflow-artifacts:/([0-9]+/models/[^/]+)/artifacts$')
                from experiments.logged_model m join experiments.experiment e using (experiment_id)
                where e.experiment_id = @experimentId and e.lifecycle = 'purging' and m.artifact_uri ~ '^mlflow-artifacts:/[0-9]+/models/[^/]+/artifacts$'
                """, new { experimentId }, cancellationToken: cancel)))
                await files.Delete(folder, cancel);
            await Slices.UntilNone(() => connection.ExecuteAsync(new($"""
                delete from experiments.activity where id in (select id from experiments.activity a join experiments.experiment e using (experiment_id)
                    where e.experiment_id = @experimentId and e.lifecycle = 'purging' limit {LinesAtOnce})
                """, new { experimentId }, cancellationToken: cancel)));
        }
        await using var write = await database.Write(Actor.System("experiments"), cancel);
        await write.Connection.ExecuteAsync(new("""
            delete from experiments.experiment e where experiment_id = @experimentId and lifecycle = 'purging'
                and not exists (select from experiments.run r where r.experiment_id = e.experiment_id)
            """, new { experimentId }, cancellationToken: cancel));
        await jobs.Enqueue<SweepLeftovers>(write, new Dictionary<string, string>(), cancel);
        await write.Commit(cancel);
    }
}
