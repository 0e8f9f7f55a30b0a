using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Words beside a place of charts' horizontal axis.</summary>
/// <param name="NoteId">Its id.</param>
/// <param name="RunId">Of the charts of one run; null of all runs of the experiment.</param>
/// <param name="Metric">On the panels of one metric; null on all.</param>
/// <param name="Axis">What the axis counts: <c>step</c>, <c>elapsed</c>, <c>time</c>, <c>metrics.{key}</c>.</param>
/// <param name="X">Where, in units of the axis.</param>
/// <param name="Label">The words.</param>
/// <param name="AuthorId">Who wrote them.</param>
/// <param name="Author">What they are called.</param>
/// <param name="MadeAt">When.</param>
public sealed record ChartNote(long NoteId, Guid? RunId, string? Metric, string Axis, double X, string Label, Guid? AuthorId, string Author, DateTime MadeAt);

/// <summary>Notes on charts. Verbs answer null when done, else why not.</summary>
public sealed class ChartNoteStore(Database database)
{
    private const int Most = 200;

    /// <summary>The longest words.</summary>
    public const int LongestLabel = 120;

    private const string Columns = "note_id, run_id, metric, axis, x, label, author_id, author, made_at at time zone 'utc' as made_at";

    /// <summary>The notes on an experiment's charts, or on those of one of its runs. The caller has checked that they may be seen.</summary>
    public async Task<IReadOnlyList<ChartNote>> List(long experimentId, Guid? runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ChartNote>(new($"""
            select {Columns} from experiments.chart_note
            where experiment_id = @experimentId and (run_id is null or run_id = @runId)
            order by axis, x, note_id limit {Most + 1}
            """, new { experimentId, runId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Writes one.</summary>
    public async Task<ProtocolError?> Add(Experiment experiment, Guid? runId, string? metric, string axis, double x, string label, Actor actor, CancellationToken cancel)
    {
        if (!actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, "You may read these charts, but not write on them.");
        if (label.Length is 0 or > LongestLabel)
            return ProtocolError.Invalid($"A note has 1 to {LongestLabel} characters.");
        await using var write = await database.Write(actor, cancel);
        if (runId is { } one && (await Gate.Find(write, one, cancel))?.ExperimentId != experiment.ExperimentId)
            return ProtocolError.NoRun(one.ToString("N"));
        var made = await write.Connection.ExecuteAsync(new($"""
            insert into experiments.chart_note (experiment_id, run_id, metric, axis, x, label, author_id, author)
            select @ExperimentId, @runId, @metric, @axis, @x, @label, @PersonId, @DisplayName
            where (select count(*) from experiments.chart_note where experiment_id = @ExperimentId) < {Most}
            """, new { experiment.ExperimentId, runId, metric, axis, x, label, actor.PersonId, actor.DisplayName }, cancellationToken: cancel));
        if (made == 0)
            return ProtocolError.Invalid($"These charts have {Most} notes already. Remove some first.");
        await write.Record(actor, "note.add", experiment.ExperimentId, runId, label, after: new { Label = label, Axis = axis, X = x, Metric = metric }, cancel: cancel);
        Tell(write, experiment.ExperimentId, runId);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Takes one away.</summary>
    public async Task<ProtocolError?> Remove(Experiment experiment, long noteId, Actor actor, CancellationToken cancel)
    {
        if (!actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, "You may read these charts, but not write on them.");
        await using var write = await database.Write(actor, cancel);
        if (await write.Connection.QuerySingleOrDefaultAsync<(string Label, Guid? RunId)?>(new(
                "delete from experiments.chart_note where note_id = @noteId and experiment_id = @ExperimentId returning label, run_id",
                new { noteId, experiment.ExperimentId }, cancellationToken: cancel)) is not { } gone)
            return new(ErrorCode.ResourceDoesNotExist, "That note is not there any more.");
        await write.Record(actor, "note.remove", experiment.ExperimentId, gone.RunId, gone.Label, cancel: cancel);
        Tell(write, experiment.ExperimentId, gone.RunId);
        await write.Commit(cancel);
        return null;
    }

    private static void Tell(WriteScope write, long experimentId, Guid? runId)
    {
        write.Tell("experiments", Topics.Experiment(experimentId), new ChartNoted(experimentId, runId));
        write.Tell("experiments", runId is { } run ? Topics.Run(run) : Topics.ChartNotes(experimentId), new ChartNoted(experimentId, runId));
    }
}
