using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>One run, live.</summary>
public sealed partial class RunModel(RunReader reader, RunTabReader tabs, RunStore runs, RunDeedStore deeds, RunTableStore tables, ConsoleStore console, Database database) : PluginPage
{
    private static readonly HashSet<string> TabNames = ["charts", "metrics", "params", "artifacts", "system", "logs", "code", "about"];

    /// <summary>What the page shows.</summary>
    public RunView View { get; private set; } = null!;

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(string runId, string? part, CancellationToken cancel)
    {
        if (!RunId.TryRead(runId, out var id))
            return NotFound();
        if (part is "panel" or "log")
            return part == "log" ? await Lines(id, cancel) : await Panel(id, cancel);
        if (await runs.Find(id, Actor, cancel) is not { } row)
            return NotFound();
        Crucible.Live.Topic[] topics = [Topics.Run(id), Topics.ChartNotes(row.ExperimentId)];
        var cursor = await database.CursorOf(topics, cancel);
        if (await Read(id, cancel) is not { } view)
            return NotFound();
        View = view;
        if (part is not null)
            return await Part(part, cancel);
        Frame();
        Shell.Of(HttpContext).Listen(cursor, [.. topics, .. View.Tab == "logs" ? [Topics.RunLog(id)] : Array.Empty<Crucible.Live.Topic>()]);
        View = await Complete(view, cancel);
        return Page();
    }

    /// <summary>Ends the run by hand.</summary>
    public Task<IActionResult> OnPostStatus(string runId, [FromForm] string status, CancellationToken cancel) => RunStatusWords.FromWord(status) is { } word && word.IsOver()
        ? Act(runId, id => Mark(id, word, null, cancel), HeadPart, cancel) : Task.FromResult<IActionResult>(BadRequest());

    /// <summary>Lets it go on: it is running again.</summary>
    public Task<IActionResult> OnPostContinue(string runId, CancellationToken cancel) => Act(runId, id => Mark(id, RunStatus.Running, null, cancel), HeadPart, cancel);

    /// <summary>Takes a change of status back, to how it was.</summary>
    public Task<IActionResult> OnPostBack(string runId, [FromQuery] string to, [FromQuery] long? end, CancellationToken cancel) => RunStatusWords.FromWord(to) is { } word
        ? Act(runId, async id => (await deeds.Mark(id, word, end, Actor, cancel)).Refusal, HeadPart, cancel) : Task.FromResult<IActionResult>(BadRequest());

    /// <summary>Gives it another name.</summary>
    public Task<IActionResult> OnPostRename(string runId, [FromForm] string? name, CancellationToken cancel) => Change(runId, "name", name,
        id => string.IsNullOrWhiteSpace(name) ? Refusal("Give it a name of at most 250 characters.")
            : Limits.CheckRunName(name) is { } wrong ? Task.FromResult<ProtocolError?>(wrong) : Renamed(id, name.Trim(), cancel), cancel);

    /// <summary>Writes the note; an empty one removes it.</summary>
    public Task<IActionResult> OnPostNote(string runId, [FromForm] string? text, [FromForm] string? version, CancellationToken cancel) => Change(runId, "text", text,
        id => (text?.Length ?? 0) > Limits.TagValue ? Refusal($"A note has at most {Limits.TagValue:N0} characters; this one has {text!.Length:N0}.")
            : deeds.Note(id, Wording.Whole(text ?? "").ReplaceLineEndings("\n").Replace("\0", "", StringComparison.Ordinal), version, Actor, cancel), cancel);

    /// <summary>Sets a tag.</summary>
    public Task<IActionResult> OnPostTag(string runId, [FromForm] string? key, [FromForm] string? value, CancellationToken cancel) => Change(runId, "key", key,
        id => Limits.CheckKey(key?.Trim()) is not null ? Refusal("A tag's name has letters, digits and _ - . : / or spaces, at most 250.")
            : Limits.CheckTagValue(value ?? "", out var kept) is { } wrong ? Task.FromResult<ProtocolError?>(wrong) : deeds.Tag(id, key!.Trim(), kept, Actor, cancel), cancel);

    /// <summary>Removes a tag.</summary>
    public Task<IActionResult> OnPostRemoveTag(string runId, [FromForm] string key, CancellationToken cancel) => Act(runId, async id =>
    {
        var (_, refusal) = await deeds.RemoveTag(id, key, Actor, cancel);
        return refusal ?? Said($"The tag {Wording.Cut(key, 60)} is removed");
    }, () => Part("tags", cancel), cancel);

    /// <summary>Puts it out of the way.</summary>
    public Task<IActionResult> OnPostArchive(string runId, CancellationToken cancel) =>
        Act(runId, async id => await deeds.Archive(id, true, Actor, cancel) ?? Said("Archived", At(id, "Unarchive")), HeadPart, cancel);

    /// <summary>Brings it back from there.</summary>
    public Task<IActionResult> OnPostUnarchive(string runId, CancellationToken cancel) =>
        Act(runId, async id => await deeds.Archive(id, false, Actor, cancel) ?? Said("Back from the archive"), HeadPart, cancel);

    /// <summary>Deletes the run; it can be restored.</summary>
    public Task<IActionResult> OnPostDelete(string runId, CancellationToken cancel) =>
        Act(runId, async id => await runs.Delete(id, Actor, cancel) ?? Said("Deleted; it can be restored", At(id, "Restore")), HeadPart, cancel);

    /// <summary>Brings it back.</summary>
    public Task<IActionResult> OnPostRestore(string runId, CancellationToken cancel) =>
        Act(runId, async id => await runs.Restore(id, Actor, cancel) ?? Said("Restored"), HeadPart, cancel);

    private async Task<ProtocolError?> Mark(Guid id, RunStatus status, long? end, CancellationToken cancel)
    {
        var (before, refusal) = await deeds.Mark(id, status, end, Actor, cancel);
        var back = before is null ? null : Address.With(At(id, "Back"), ("to", before.StatusWord), ("end", before.EndTime?.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return refusal ?? Said(status switch { RunStatus.Completed => "Marked as finished", RunStatus.Failed => "Marked as failed", RunStatus.Cancelled => "Cancelled", _ => "Running again" }, back);
    }

    private async Task<ProtocolError?> Renamed(Guid id, string name, CancellationToken cancel)
    {
        var (_, refusal) = await deeds.Rename(id, name, Actor, cancel);
        return refusal ?? Said("Renamed");
    }

    // The refusal of what went well.
    private ProtocolError? Said(string text, string? undo = null)
    {
        new Toast(text, Undo: undo).Say(HttpContext);
        return null;
    }

    private static string At(Guid id, string handler) => Address.With(Address.Run(id), ("handler", handler));

    private static Task<ProtocolError?> Refusal(string why) => Task.FromResult<ProtocolError?>(ProtocolError.Invalid(why));

    private Task<IActionResult> HeadPart() => Part("head", HttpContext.RequestAborted);

    /// <summary>A button: the changed fragment for a script, else the page again.</summary>
    private async Task<IActionResult> Act(string runId, Func<Guid, Task<ProtocolError?>> verb, Func<Task<IActionResult>> fragment, CancellationToken cancel)
    {
        if (!RunId.TryRead(runId, out var id))
            return NotFound();
        if (await verb(id) is { } refusal)
            return Refused(refusal);
        if (!ByScript)
            return LocalRedirect(Address.Run(id));
        View = (await Read(id, cancel))!;
        return await fragment();
    }

    /// <summary>A form with a field: what is wrong is said there, with what was entered.</summary>
    private async Task<IActionResult> Change(string runId, string field, string? entered, Func<Guid, Task<ProtocolError?>> verb, CancellationToken cancel)
    {
        if (!RunId.TryRead(runId, out var id))
            return NotFound();
        // Before what was entered is looked at: that is said to nobody who may not enter anything.
        if (await reader.Find(id, Actor, cancel) is not { } run)
            return NotFound();
        if (!Actor.MayWrite(run.TeamId))
            return Forbid();
        var refusal = await verb(id);
        if (refusal is { Code: not (ErrorCode.InvalidParameterValue or ErrorCode.ResourceConflict) })
            return Refused(refusal);
        if (refusal is null && !ByScript)
            return LocalRedirect(Address.With(Address.Run(id), ("tab", Query("tab"))));
        View = (await Read(id, cancel))!;
        if (refusal is not null)
        {
            View = View with { Error = new(field, refusal.Message, entered), Edit = field switch { "name" => "name", "text" => "note", _ => null }, NoteConflict = refusal.Code == ErrorCode.ResourceConflict };
            Response.StatusCode = 422;
        }
        Frame();
        View = await Complete(View, cancel);
        return Page();
    }
}
