using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What people do to a run by hand, each with its line of activity. Verbs answer null when done, else why not.</summary>
public sealed class RunDeedStore(Database database, RunStore runs)
{
    /// <summary>Ends the run, or lets it go on; answers it as it was.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="status">How it stands from now on.</param>
    /// <param name="end">When it ended, in Unix milliseconds; null for now.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<(RunRow? Before, ProtocolError? Refusal)> Mark(Guid runId, RunStatus status, long? end, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (before, refusal) = await runs.Change(write, runId, status, status.IsOver() ? end : null, null, actor, cancel);
        if (refusal is not null)
            return (null, refusal);
        await write.Record(actor, status.IsOver() ? "run.end" : "run.continue", before!.ExperimentId, runId, before.Name, new { Status = before.StatusWord }, new { Status = status.Word() }, cancel);
        await write.Commit(cancel);
        return (before, null);
    }

    /// <summary>Gives it another name; answers it as it was.</summary>
    public async Task<(RunRow? Before, ProtocolError? Refusal)> Rename(Guid runId, string name, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (before, refusal) = await runs.Change(write, runId, null, null, name, actor, cancel);
        if (refusal is not null)
            return (null, refusal);
        if (before!.Name != name)
            await write.Record(actor, "run.rename", before.ExperimentId, runId, name, new { before.Name }, new { Name = name }, cancel);
        await write.Commit(cancel);
        return (before, null);
    }

    /// <summary>Puts it out of the way, or brings it back. Doing it twice is doing it once.</summary>
    public async Task<ProtocolError?> Archive(Guid runId, bool archived, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var changed = await write.Connection.ExecuteAsync(new("""
            update experiments.run set archived_at = case when @archived then now() end where run_id = @runId and (archived_at is null) = @archived
            """, new { runId, archived }, cancellationToken: cancel));
        if (changed == 0)
            return null;
        write.TellTeam(run!.TeamId, runId, run.ExperimentId, new RunArchived(runId, run.ExperimentId, archived));
        await write.Record(actor, archived ? "run.archive" : "run.unarchive", run.ExperimentId, runId, run.Name, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Writes the note, unless somebody else changed it since it was opened: that is a conflict.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="text">Markdown; empty removes it.</param>
    /// <param name="version">The <see cref="NoteVersion"/> of what was opened; null writes over whatever is there.</param>
    /// <param name="actor">Who writes.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ProtocolError?> Note(Guid runId, string text, string? version, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        // This locks the run, and so its tags.
        await Gate.Hear(write, runId, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new("select value from experiments.tag where run_id = @runId and key = @Note",
            new { runId, RunTagNames.Note }, cancellationToken: cancel)) ?? "";
        if (version is not null && before != text && NoteVersion.Of(before) != version)
            return new(ErrorCode.ResourceConflict, "Somebody else changed this note after you opened it. Below is what it says now; saving again puts yours in its place.");
        if (before != text)
        {
            await RunLogStore.PutTags(write, runId, run!.ExperimentId, [new(RunTagNames.Note, text)], cancel);
            await write.Record(actor, "run.note", run.ExperimentId, runId, run.Name, cancel: cancel);
        }
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets a tag.</summary>
    public async Task<ProtocolError?> Tag(Guid runId, string key, string value, Actor actor, CancellationToken cancel)
    {
        // The tag is the name.
        if (key == Run.NameTag)
            return string.IsNullOrWhiteSpace(value) ? ProtocolError.Invalid("A run needs a name.") : (await Rename(runId, value, actor, cancel)).Refusal;
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        await Gate.Hear(write, runId, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new("select value from experiments.tag where run_id = @runId and key = @key", new { runId, key }, cancellationToken: cancel));
        await RunLogStore.PutTags(write, runId, run!.ExperimentId, [new(key, value)], cancel);
        if (before != value)
            await write.Record(actor, "run.tag", run.ExperimentId, runId, run.Name, before is null ? null : new Dictionary<string, string> { [key] = before }, new Dictionary<string, string> { [key] = value }, cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Removes a tag; answers the value it had.</summary>
    public async Task<(string? Before, ProtocolError? Refusal)> RemoveTag(Guid runId, string key, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return (null, refusal);
        await Gate.Hear(write, runId, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new("delete from experiments.tag where run_id = @runId and key = @key returning value", new { runId, key }, cancellationToken: cancel));
        if (before is null)
            return (null, new(ErrorCode.ResourceDoesNotExist, $"The run has no tag {key}."));
        if (key == "mlflow.parentRunId")
            await write.Connection.ExecuteAsync(new("update experiments.run set parent_run_id = null where run_id = @runId", new { runId }, cancellationToken: cancel));
        write.TellRun(runId, run!.ExperimentId, new RunTagged(runId, run.ExperimentId, [key]));
        await write.Record(actor, "run.untag", run.ExperimentId, runId, run.Name, new Dictionary<string, string> { [key] = before }, cancel: cancel);
        await write.Commit(cancel);
        return (before, null);
    }
}
