using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>An experiment and its runs.</summary>
public sealed class ExperimentModel(ExperimentStore experiments, RunStore runs, ExperimentReader reader, Database database) : ExperimentPageModel
{
    /// <summary>What the page shows.</summary>
    public ExperimentView View { get; private set; } = null!;

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(long id, string? part, CancellationToken cancel)
    {
        var cursor = part is null ? await database.CursorOf([Topics.Experiment(id)], cancel) : null;
        if (!await Read(id, cancel))
            return NotFound();
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, [Topics.Experiment(id), .. View.Table.Lines.Where(l => l.Run.Run.Status == RunStatus.Running).Take(ExperimentReader.MostAtWork).Select(l => Topics.Run(l.Run.RunId))]);
        // A filter that cannot be read is a refusal, shown at its field with the whole page around it.
        if (View.Table.Error is not null)
            Response.StatusCode = 422;
        return part switch
        {
            null => Page(),
            "table" => await Fragment<RunTable>((nameof(RunTable.View), View.Table)),
            "rows" => await Fragment<RunTableRows>((nameof(RunTableRows.View), View.Table)),
            "strip" => await Fragment<ExperimentStrip>((nameof(ExperimentStrip.ExperimentId), id), (nameof(ExperimentStrip.Charts), await reader.Strip(View.Table, cancel))),
            "head" => await Fragment<ExperimentHead>((nameof(ExperimentHead.Experiment), View.Frame.Experiment), (nameof(ExperimentHead.Tags), View.Frame.Tags),
                (nameof(ExperimentHead.Counts), View.Table.Counts), (nameof(ExperimentHead.First), View.Table.First), (nameof(ExperimentHead.Best), View.Table.Best)),
            _ => NotFound(),
        };
    }

    /// <summary>Gives it another name.</summary>
    public Task<IActionResult> OnPostRename(long id, [FromForm] string? name, CancellationToken cancel) => Change(id, "name", name,
        () => string.IsNullOrWhiteSpace(name) ? Refusal("Give it a name of at most 500 characters.")
            : Limits.CheckExperimentName(name.Trim()) is { } wrong ? Task.FromResult<ProtocolError?>(wrong) : experiments.Rename(id, name.Trim(), Actor, cancel), cancel);

    /// <summary>Writes the note.</summary>
    public Task<IActionResult> OnPostNote(long id, [FromForm] string? text, CancellationToken cancel) => Change(id, "text", text,
        () => Limits.CheckExperimentTag(RunTagNames.Note, text ?? "", out _) is not null
            ? Refusal($"A note has at most {Limits.ExperimentTagValue:N0} characters; this one has {(text ?? "").Length:N0}.")
            : experiments.SetTags(id, [new(RunTagNames.Note, (text ?? "").ReplaceLineEndings("\n"))], Actor, cancel), cancel);

    /// <summary>Sets after how long a silence its runs are shown as lost.</summary>
    public Task<IActionResult> OnPostLostAfter(long id, [FromForm] string? number, [FromForm] string? unit, CancellationToken cancel) => Change(id, "lost", $"{number}\n{unit}",
        () => Silence.Read(number, unit, out var length) is { } wrong ? Refusal(wrong) : experiments.SetLostAfter(id, length, Actor, cancel), cancel);

    /// <summary>Deletes it with all its runs; it can be restored.</summary>
    public Task<IActionResult> OnPostDelete(long id, CancellationToken cancel) => Act(id, () => experiments.Delete(id, Actor, cancel));

    /// <summary>Brings it back.</summary>
    public Task<IActionResult> OnPostRestore(long id, CancellationToken cancel) => Act(id, () => experiments.Restore(id, null, Actor, cancel));

    /// <summary>Deletes runs; those that this actor may not delete stay.</summary>
    public Task<IActionResult> OnPostDeleteRuns(long id, [FromForm] string[] ids, CancellationToken cancel) => Act(id, () => Each(ids, run => runs.Delete(run, Actor, cancel)));

    /// <summary>Restores runs.</summary>
    public Task<IActionResult> OnPostRestoreRuns(long id, [FromForm] string[] ids, CancellationToken cancel) => Act(id, () => Each(ids, run => runs.Restore(run, Actor, cancel)));

    private static async Task<ProtocolError?> Each(string[] ids, Func<Guid, Task<ProtocolError?>> verb)
    {
        ProtocolError? refusal = null;
        foreach (var text in ids.Take(RunTableFilter.PageSize * 20))
            refusal = RunId.TryRead(text, out var run) ? await verb(run) ?? refusal : refusal;
        return refusal;
    }

    private static Task<ProtocolError?> Refusal(string why) => Task.FromResult<ProtocolError?>(ProtocolError.Invalid(why));

    private async Task<IActionResult> Act(long id, Func<Task<ProtocolError?>> verb) =>
        await verb() is { } refusal ? Refused(refusal) : LocalRedirect(Address.Experiment(id));

    private async Task<IActionResult> Change(long id, string field, string? entered, Func<Task<ProtocolError?>> verb, CancellationToken cancel)
    {
        // Before what was entered is looked at: that is said to nobody who may not enter anything.
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (!Actor.MayWrite(experiment.TeamId))
            return Forbid();
        var refusal = await verb();
        if (refusal is { Code: not (ErrorCode.InvalidParameterValue or ErrorCode.ResourceAlreadyExists) })
            return Refused(refusal);
        if (refusal is null && !ByScript)
            return LocalRedirect(Address.Experiment(id));
        if (!await Read(id, cancel))
            return NotFound();
        if (refusal is null)
            return Page();
        View = View with { Frame = View.Frame with { Error = new(field, refusal.Message, entered), Edit = field == "text" ? "note" : field } };
        Response.StatusCode = 422;
        return Page();
    }

    private async Task<bool> Read(long id, CancellationToken cancel)
    {
        if (await Frame(id, cancel) is not { } frame)
            return false;
        var table = await reader.Table(id, RunTableFilter.Read(Query, Request.Query["columns"].OfType<string>()), Actor, cancel);
        View = new(frame with { First = table.First, Best = table.Best }, table);
        return true;
    }
}
