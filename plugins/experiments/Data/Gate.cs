using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What decides whether a run may be written.</summary>
internal sealed record RunGate(long ExperimentId, Guid TeamId, Guid? OwnerId, bool Deleted, string Name);

/// <summary>Who may write to a run. What an actor may not see does not exist.</summary>
internal static class Gate
{
    /// <summary>Why this actor may not log to this run; null when it may.</summary>
    public static ProtocolError? Refusal(RunGate? run, Guid runId, Actor actor)
    {
        if (run is null || !actor.MayRead(run.TeamId))
            return ProtocolError.NoRun(runId.ToString("N"));
        if (!actor.MayWrite(run.TeamId))
            return new(ErrorCode.PermissionDenied, $"You may read the run {runId:N}, but not write to it.");
        return run.Deleted
            ? ProtocolError.Invalid($"The run {runId:N} must be in the 'active' state. Current state is deleted.")
            : null;
    }

    /// <summary>Why this actor may not delete or restore this run; null when it may.</summary>
    public static ProtocolError? MoveRefusal(RunGate? run, Guid runId, Actor actor)
    {
        if (run is null || !actor.MayRead(run.TeamId))
            return ProtocolError.NoRun(runId.ToString("N"));
        return actor.MayDelete(run.TeamId, run.OwnerId)
            ? null
            : new(ErrorCode.PermissionDenied, "Only the owner of a run or an admin may delete or restore it.");
    }

    public static Task<RunGate?> Find(WriteScope write, Guid runId, CancellationToken cancel) =>
        write.Connection.QuerySingleOrDefaultAsync<RunGate>(new("""
            select r.experiment_id, e.team_id, r.owner_id, r.lifecycle <> 'active' as deleted, r.name
            from experiments.run r join experiments.experiment e using (experiment_id)
            where r.run_id = @runId
            """, new { runId }, cancellationToken: cancel));

    /// <summary>The run, when this actor may log to it.</summary>
    public static async Task<(RunGate? Run, ProtocolError? Refusal)> Pass(WriteScope write, Guid runId, Actor actor, CancellationToken cancel)
    {
        var run = await Find(write, runId, cancel);
        return (run, Refusal(run, runId, actor));
    }

    /// <summary>A sign of life. It locks the run, so it stands before what hangs on the run.</summary>
    public static Task Hear(WriteScope write, Guid runId, CancellationToken cancel) => write.Connection.ExecuteAsync(new(
        "update experiments.run set heard_at = now() where run_id = @runId", new { runId }, cancellationToken: cancel));

    /// <summary>News of a run, for its own listeners and for those of its experiment's table.</summary>
    public static void TellRun<TChange>(this WriteScope write, Guid runId, long experimentId, TChange change) where TChange : notnull
    {
        write.Tell("experiments", Topics.Run(runId), change);
        write.Tell("experiments", Topics.Experiment(experimentId), change);
    }

    /// <summary>News that also change what the team's list of experiments, its badge and its tiles say: how many runs there are and run.</summary>
    public static void TellTeam<TChange>(this WriteScope write, Guid teamId, Guid runId, long experimentId, TChange change) where TChange : notnull
    {
        write.TellRun(runId, experimentId, change);
        write.Tell("experiments", Topics.Team(teamId), change);
    }
}
