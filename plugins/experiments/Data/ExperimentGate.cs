using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Who may write to an experiment, and who hears of it. What an actor may not see does not exist.</summary>
internal static class ExperimentGate
{
    /// <summary>The experiment, locked to the end of the write; null when there is none.</summary>
    public static Task<Experiment?> Locked(WriteScope write, long experimentId, CancellationToken cancel) =>
        write.Connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @experimentId and lifecycle <> 'purging' for no key update",
            new { experimentId }, cancellationToken: cancel));

    /// <summary>The experiment, when this actor may change it as it is.</summary>
    public static async Task<(Experiment? Experiment, ProtocolError? Refusal)> Pass(WriteScope write, long experimentId, Actor actor, CancellationToken cancel)
    {
        var experiment = await Locked(write, experimentId, cancel);
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return (null, ProtocolError.NoExperiment($"{experimentId}"));
        if (!actor.MayWrite(experiment.TeamId))
            return (null, new(ErrorCode.PermissionDenied, $"You may read the experiment {experimentId}, but not change it."));
        return experiment.Deleted
            ? (null, ProtocolError.Invalid($"The experiment {experimentId} must be in the 'active' state. Current state is deleted."))
            : (experiment, null);
    }

    /// <summary>The experiment, when this actor may delete, restore or remove it.</summary>
    public static async Task<(Experiment? Experiment, ProtocolError? Refusal)> PassOwner(WriteScope write, long experimentId, Actor actor, CancellationToken cancel)
    {
        var experiment = await Locked(write, experimentId, cancel);
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return (null, ProtocolError.NoExperiment($"{experimentId}"));
        return actor.MayDelete(experiment.TeamId, experiment.OwnerId)
            ? (experiment, null)
            : (null, new(ErrorCode.PermissionDenied, "Only the owner of an experiment or an admin may delete or restore it."));
    }

    /// <summary>News of an experiment, for its own pages and for its team's list.</summary>
    public static void TellExperiment<TChange>(this WriteScope write, Guid teamId, long experimentId, TChange change) where TChange : notnull
    {
        write.Tell("experiments", Topics.Team(teamId), change);
        write.Tell("experiments", Topics.Experiment(experimentId), change);
    }

    /// <summary>Keeps how it stands, for people and, as a tag, for MLflow's clients.</summary>
    /// <param name="write">The write.</param>
    /// <param name="experiment">As it was.</param>
    /// <param name="next">As it is to stand.</param>
    /// <param name="now">Milliseconds of the Unix epoch.</param>
    /// <param name="cancel">Gives up.</param>
    public static Task Keep(WriteScope write, Experiment experiment, ExperimentState next, long now, CancellationToken cancel) => write.Connection.ExecuteAsync(new("""
        update experiments.experiment set status = @status, paused = @Paused, archived = @Archived, updated_ms = @now,
            started_ms = case when @status = 'running' then coalesce(started_ms, @now) else started_ms end,
            ended_ms = case when not @IsOver then null when status = @status then ended_ms else @now end
        where experiment_id = @ExperimentId;
        insert into experiments.experiment_tag (experiment_id, key, value) values (@ExperimentId, @Tag, @Word)
        on conflict (experiment_id, key) do update set value = excluded.value
        """, new { experiment.ExperimentId, status = next.Status.Word(), next.Paused, next.Archived, next.IsOver, next.Word, ExperimentStatusWords.Tag, now }, cancellationToken: cancel));
}
