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
public sealed class ExperimentModel(ExperimentStore experiments, ExperimentReader reader, RunTableParts parts, RunViewStore views, RunBatchStore batches, MetricGoalStore goals, Database database) : ExperimentPageModel
{
    /// <summary>What the page shows.</summary>
    public ExperimentView View { get; private set; } = null!;

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(long id, string? part, CancellationToken cancel)
    {
        var cursor = part is null ? await database.CursorOf([Topics.Experiment(id)], cancel) : null;
        if (part is not null && RunTableParts.Reads(part))
            return await experiments.Find(id, Actor, cancel) is { } experiment ? await parts.Answer(this, id, part, await Filter(id, cancel), Actor.MayWrite(experiment.TeamId), cancel) : NotFound();
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
            "views" => await Fragment<RunViews>((nameof(RunViews.View), View)),
            "strip" => await Fragment<ExperimentStrip>((nameof(ExperimentStrip.ExperimentId), id), (nameof(ExperimentStrip.Charts), await reader.Strip(View.Table, cancel))),
            "head" => await Fragment<ExperimentHead>((nameof(ExperimentHead.Experiment), View.Frame.Experiment), (nameof(ExperimentHead.Tags), View.Frame.Tags),
                (nameof(ExperimentHead.Counts), View.Table.Counts), (nameof(ExperimentHead.Facts), View.Frame.Facts), (nameof(ExperimentHead.First), View.Table.First), (nameof(ExperimentHead.Best), View.Table.Best)),
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
    public async Task<IActionResult> OnPostRestore(long id, CancellationToken cancel) => await experiments.Restore(id, null, Actor, cancel) switch
    {
        null => LocalRedirect(Address.Experiment(id)),
        // Somebody took its name meanwhile: it needs another.
        { Code: ErrorCode.ResourceAlreadyExists } => LocalRedirect(Address.With(ExperimentTabs.Page(id, "overview"), ("edit", "restore"))),
        { } refusal => Refused(refusal),
    };

    /// <summary>Says which values of a metric are better.</summary>
    public async Task<IActionResult> OnPostGoal(long id, [FromQuery] string? key, [FromQuery] string? goal, CancellationToken cancel) =>
        goal is not ("min" or "max") ? BadRequest()
        : await goals.Set(id, key ?? "", goal == "min" ? MetricGoal.Min : MetricGoal.Max, Actor, cancel) is { } refusal ? Refused(refusal) : await Back(id, cancel);

    /// <summary>Keeps what the address says as a view.</summary>
    public async Task<IActionResult> OnPostSaveView(long id, [FromForm] string? name, [FromForm] bool shared, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is null)
            return NotFound();
        var filter = await Filter(id, cancel);
        var (viewId, refusal) = await views.Save(id, name, shared, filter.State, Actor, cancel);
        if (refusal is not null)
            return await AtField(id, refusal, "view", name, "view", cancel);
        new Toast($"“{name!.Trim()}” is saved").Say(HttpContext);
        return LocalRedirect(Address.With(Address.Experiment(id), ("view", $"{viewId}")));
    }

    /// <summary>Gives the view another name.</summary>
    public async Task<IActionResult> OnPostRenameView(long id, long view, [FromForm] string? name, CancellationToken cancel) =>
        await views.Update(id, view, name ?? "", null, null, Actor, cancel) is { } refusal ? await AtField(id, refusal, "view", name, "view-name", cancel) : await Back(id, cancel);

    /// <summary>Keeps what the address says in the view it began with.</summary>
    public async Task<IActionResult> OnPostUpdateView(long id, long view, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is null)
            return NotFound();
        return await views.Update(id, view, null, null, (await Filter(id, cancel)).State, Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Address.With(Address.Experiment(id), ("view", $"{view}")));
    }

    /// <summary>Shares the view with the team, or stops that.</summary>
    public async Task<IActionResult> OnPostShareView(long id, long view, [FromQuery] bool shared, CancellationToken cancel) =>
        await views.Update(id, view, null, shared, null, Actor, cancel) is { } refusal ? Refused(refusal) : await Back(id, cancel);

    /// <summary>Deletes the view.</summary>
    public async Task<IActionResult> OnPostDeleteView(long id, long view, CancellationToken cancel) =>
        await views.Delete(id, view, Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Address.Experiment(id));

    /// <summary>Does something to the selected runs, or to all that match.</summary>
    public async Task<IActionResult> OnPostRuns(long id, [FromForm] RunsForm form, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (!Actor.MayWrite(experiment.TeamId))
            return Forbid();
        if (form.Order(experiment.Name, out var wrong) is not { } order)
            return Refused(ProtocolError.Invalid(wrong));
        order = await parts.Chosen(id, order, form.All == "1", await Filter(id, cancel), Actor, cancel);
        var (outcome, refusal) = await batches.Begin(id, order, Actor, cancel);
        return await Told(id, outcome, refusal, cancel);
    }

    /// <summary>Takes back what was done to runs.</summary>
    public async Task<IActionResult> OnPostUndo(long id, Guid batch, CancellationToken cancel)
    {
        var (outcome, refusal) = await batches.Undo(id, batch, Actor, cancel);
        return await Told(id, outcome, refusal, cancel);
    }

    private async Task<IActionResult> Told(long id, BatchOutcome? outcome, ProtocolError? refusal, CancellationToken cancel)
    {
        if (outcome is null)
            return Refused(refusal!);
        RunsForm.Toast(outcome).Say(HttpContext);
        return ByScript ? new NoContentResult() : await Back(id, cancel);
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
        if (refusal is not null)
            return await AtField(id, refusal, field, entered, field == "text" ? "note" : field, cancel);
        // The note stands on the overview.
        if (field == "text")
            return LocalRedirect(ExperimentTabs.Page(id, "overview"));
        if (!ByScript)
            return LocalRedirect(Address.Experiment(id));
        return await Read(id, cancel) ? Page() : NotFound();
    }

    /// <summary>What is wrong is said at the field, with what was entered.</summary>
    private async Task<IActionResult> AtField(long id, ProtocolError refusal, string field, string? entered, string edit, CancellationToken cancel)
    {
        if (refusal is { Code: not (ErrorCode.InvalidParameterValue or ErrorCode.ResourceAlreadyExists) })
            return Refused(refusal);
        if (!await Read(id, cancel))
            return NotFound();
        View = View with { Frame = View.Frame with { Error = new(field, refusal.Message, entered), Edit = edit }, Token = Token };
        Response.StatusCode = 422;
        return Page();
    }

    /// <summary>The page in the state that the form's address has.</summary>
    private async Task<IActionResult> Back(long id, CancellationToken cancel) =>
        LocalRedirect(Address.State(Address.Experiment(id), (await Filter(id, cancel)).Query()));

    private async Task<RunTableFilter> Filter(long id, CancellationToken cancel)
    {
        string? Value(string name) => name == "columns" && Request.Query.ContainsKey(name) ? string.Join(',', Request.Query[name].OfType<string>()) : Query(name);
        return long.TryParse(Query("view"), out var view) && (await views.Of(id, Actor.PersonId, cancel)).FirstOrDefault(v => v.ViewId == view) is { } saved
            ? RunTableFilter.Read(Value, view, saved.State) : RunTableFilter.Read(Value);
    }

    private async Task<bool> Read(long id, CancellationToken cancel)
    {
        if (await Frame(id, cancel) is not { } frame)
            return false;
        var table = await reader.Table(id, await Filter(id, cancel), Actor, cancel) with { MayWrite = frame.MayWrite };
        if (Guid.TryParseExact(Query("after"), "N", out var after))
            table = await parts.After(table, after, Query("within"), Actor, cancel);
        Shell.Of(HttpContext).Style("/assets/experiments/run-table.css");
        View = new(frame with { First = table.First, Best = table.Best }, table)
        {
            Views = await views.Of(id, Actor.PersonId, cancel),
            Batches = await batches.UnderWay(id, cancel),
            Me = Actor.PersonId,
            Token = !ByScript && (table.Filter.ViewId is not null || frame.Edit is "view" or "view-name") ? Token : null,
        };
        return true;
    }
}
