using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What an experiment is for, whose it is, what it is measured against. Verbs answer null when done, else why not.</summary>
public sealed class ExperimentFieldStore(Database database, TimeProvider time)
{
    /// <summary>Characters of a hypothesis.</summary>
    public const int LongestHypothesis = 20_000;

    /// <summary>Why this cannot be a hypothesis; null when it can.</summary>
    public static string? CheckHypothesis(string text) => text.Contains('\0') ? "A hypothesis cannot hold the character U+0000."
        : Wording.Length(text) > LongestHypothesis ? $"A hypothesis has at most {LongestHypothesis:N0} characters." : null;

    /// <summary>Writes what is expected, in Markdown.</summary>
    public Task<ProtocolError?> SetHypothesis(long experimentId, string text, Actor actor, CancellationToken cancel) => Set(experimentId, "hypothesis", actor, async (write, experiment) =>
    {
        if (CheckHypothesis(text) is { } wrong)
            return (ProtocolError.Invalid(wrong), null, null);
        await Update(write, "hypothesis = @text", new { experimentId, text = Wording.Whole(text.ReplaceLineEndings("\n").Trim()), now = Now }, cancel);
        return (null, new { experiment.Hypothesis }, new { Hypothesis = text });
    }, cancel);

    /// <summary>Gives it to somebody who may write in its team; by its owner or an admin.</summary>
    public Task<ProtocolError?> SetOwner(long experimentId, Guid owner, Actor actor, CancellationToken cancel) => Set(experimentId, "owner", actor, async (write, experiment) =>
    {
        if (!actor.MayDelete(experiment.TeamId, experiment.OwnerId))
            return (new(ErrorCode.PermissionDenied, "Only the owner of an experiment or an admin may give it to somebody else."), null, null);
        var name = await write.Connection.QuerySingleOrDefaultAsync<string>(new($"""
            select p.display_name from crucible.person p where p.id = @owner and {TeamPeopleStore.Writers}
            """, new { owner, experiment.TeamId, Actor.Everyone }, cancellationToken: cancel));
        if (name is null)
            return (ProtocolError.Invalid("The owner has to be somebody who may write in its team."), null, null);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new("select display_name from crucible.person where id = @OwnerId", new { experiment.OwnerId }, cancellationToken: cancel));
        await Update(write, "owner_id = @owner", new { experimentId, owner, now = Now }, cancel);
        return (null, new { Owner = before }, new { Owner = name });
    }, cancel);

    /// <summary>Puts it into a project of its team, or into none.</summary>
    public Task<ProtocolError?> SetProject(long experimentId, long? projectId, Actor actor, CancellationToken cancel) => Set(experimentId, "project", actor, async (write, experiment) =>
    {
        var to = projectId is null ? null : await ProjectName(write, projectId.Value, experiment.TeamId, cancel);
        if (projectId is not null && to is null)
            return (ProtocolError.Invalid("There is no such project in the experiment's team."), null, null);
        var before = experiment.ProjectId is { } from ? await ProjectName(write, from, experiment.TeamId, cancel) : null;
        await Update(write, "project_id = @projectId", new { experimentId, projectId, now = Now }, cancel);
        return (null, new { Project = before }, new { Project = to });
    }, cancel);

    /// <summary>Says which of its runs the others are measured against; null is none.</summary>
    public Task<ProtocolError?> SetBaseline(long experimentId, Guid? runId, Actor actor, CancellationToken cancel) => Set(experimentId, "baseline", actor, async (write, experiment) =>
    {
        var to = await RunName(write, experimentId, runId, cancel);
        if (runId is not null && to is null)
            return (ProtocolError.Invalid("The baseline has to be a run of this experiment that is not deleted."), null, null);
        var before = await RunName(write, experimentId, experiment.BaselineRunId, cancel);
        await Update(write, "baseline_run_id = @runId", new { experimentId, runId, now = Now }, cancel);
        return (null, new { Baseline = before }, new { Baseline = to });
    }, cancel);

    private async Task<ProtocolError?> Set(long experimentId, string what, Actor actor,
        Func<WriteScope, Experiment, Task<(ProtocolError? Refusal, object? Before, object? After)>> change, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var (refused, before, after) = await change(write, experiment!);
        if (refused is not null)
            return refused;
        write.TellExperiment(experiment!.TeamId, experimentId, new ExperimentSettingsChanged(experimentId));
        await write.Record(actor, $"experiment.{what}", experimentId, null, experiment.Name, before, after, cancel);
        await write.Commit(cancel);
        return null;
    }

    private static Task Update(WriteScope write, string set, object values, CancellationToken cancel) =>
        write.Connection.ExecuteAsync(new($"update experiments.experiment set {set}, updated_ms = @now where experiment_id = @experimentId", values, cancellationToken: cancel));

    private static Task<string?> ProjectName(WriteScope write, long projectId, Guid teamId, CancellationToken cancel) => write.Connection.QuerySingleOrDefaultAsync<string>(new(
        "select name from experiments.project where project_id = @projectId and team_id = @teamId for key share", new { projectId, teamId }, cancellationToken: cancel));

    private static Task<string?> RunName(WriteScope write, long experimentId, Guid? runId, CancellationToken cancel) => write.Connection.QuerySingleOrDefaultAsync<string>(new(
        "select name from experiments.run where run_id = @runId and experiment_id = @experimentId and lifecycle = 'active' for key share", new { runId, experimentId }, cancellationToken: cancel));

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
