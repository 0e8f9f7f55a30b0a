using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>One run, live.</summary>
public sealed class RunModel(RunReader reader, RunStore runs, RunLogStore logs, RunTableStore tables, IFileStore files, Database database, TimeProvider time) : PluginPage
{
    /// <summary>What the page shows.</summary>
    public RunView View { get; private set; } = null!;

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(string runId, string? part, CancellationToken cancel)
    {
        if (!RunId.TryRead(runId, out var id))
            return NotFound();
        if (part == "panel")
            return await Panel(id, cancel);
        var cursor = await database.CursorOf([Topics.Run(id)], cancel);
        if (await Read(id, cancel) is not { } view)
            return NotFound();
        View = view;
        if (part is not null)
            return await Part(part, cancel);
        Shell.Of(HttpContext).Page(view.Run.Name, ("Experiments", Address.Experiments), (view.Experiment.Name, Address.Experiment(view.Experiment.ExperimentId)))
            .Listen(cursor, Topics.Run(id));
        View = await Complete(view, cancel);
        return Page();
    }

    /// <summary>Ends the run by hand.</summary>
    public Task<IActionResult> OnPostStatus(string runId, [FromForm] string status, CancellationToken cancel) => RunStatusWords.FromWord(status) is { } word && word.IsOver()
        ? Act(runId, id => runs.Update(id, word, time.GetUtcNow().ToUnixTimeMilliseconds(), null, Actor, cancel), HeadPart, cancel)
        : Task.FromResult<IActionResult>(BadRequest());

    /// <summary>Gives it another name.</summary>
    public Task<IActionResult> OnPostRename(string runId, [FromForm] string? name, CancellationToken cancel) => Change(runId, "name", name,
        id => string.IsNullOrWhiteSpace(name) ? Refusal("Give it a name of at most 250 characters.")
            : Limits.CheckRunName(name) is { } wrong ? Task.FromResult<ProtocolError?>(wrong) : runs.Update(id, null, null, name.Trim(), Actor, cancel), cancel);

    /// <summary>Writes the note; an empty one removes it.</summary>
    public Task<IActionResult> OnPostNote(string runId, [FromForm] string? text, CancellationToken cancel) => Change(runId, "text", text,
        id => (text?.Length ?? 0) > Limits.TagValue ? Refusal($"A note has at most {Limits.TagValue:N0} characters; this one has {text!.Length:N0}.")
            : logs.Log(id, [], [], [new(RunTagNames.Note, (text ?? "").ReplaceLineEndings("\n"))], Actor, cancel), cancel);

    /// <summary>Sets a tag.</summary>
    public Task<IActionResult> OnPostTag(string runId, [FromForm] string? key, [FromForm] string? value, CancellationToken cancel) => Change(runId, "key", key,
        id => Limits.CheckKey(key?.Trim()) is not null ? Refusal("A tag's name has letters, digits and _ - . : / or spaces, at most 250.")
            : logs.Log(id, [], [], [new(key!.Trim(), Domain.Wording.Cut(value ?? "", Limits.TagValue))], Actor, cancel), cancel);

    /// <summary>Removes a tag.</summary>
    public Task<IActionResult> OnPostRemoveTag(string runId, [FromForm] string key, CancellationToken cancel) =>
        Act(runId, id => logs.RemoveTag(id, key, Actor, cancel), () => Part("tags", cancel), cancel);

    /// <summary>Deletes the run; it can be restored.</summary>
    public Task<IActionResult> OnPostDelete(string runId, CancellationToken cancel) => Act(runId, id => runs.Delete(id, Actor, cancel), HeadPart, cancel);

    /// <summary>Brings it back.</summary>
    public Task<IActionResult> OnPostRestore(string runId, CancellationToken cancel) => Act(runId, id => runs.Restore(id, Actor, cancel), HeadPart, cancel);

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
        if (refusal is { Code: not ErrorCode.InvalidParameterValue })
            return Refused(refusal);
        if (refusal is null && !ByScript)
            return LocalRedirect(Address.With(Address.Run(id), ("tab", Query("tab"))));
        View = (await Read(id, cancel))!;
        if (refusal is not null)
        {
            View = View with { Error = new(field, refusal.Message, entered), Edit = field switch { "name" => "name", "text" => "note", _ => null } };
            Response.StatusCode = 422;
        }
        Shell.Of(HttpContext).Page(View.Run.Name, ("Experiments", Address.Experiments), (View.Experiment.Name, Address.Experiment(View.Experiment.ExperimentId)));
        View = await Complete(View, cancel);
        return Page();
    }

    private async Task<RunView?> Read(Guid id, CancellationToken cancel)
    {
        var tab = Query("tab") is "params" or "artifacts" or "system" or "about" ? Query("tab")! : "charts";
        return await reader.Read(id, ChartFilter.Read(Query), Actor, cancel) is { } view
            ? view with { Tab = tab, Edit = HttpContext.Request.Method == "GET" ? Query("edit") : null, ParamSearch = Query("q") ?? "" } : null;
    }

    private async Task<RunView> Complete(RunView view, CancellationToken cancel)
    {
        if (view.Tab is "charts" or "system")
            view = await reader.WithCurves(view, 0, cancel);
        if (view.Tab == "artifacts" && Query("file") is { Length: > 0 } file)
            view = view with { Preview = await ArtifactPreview.Read(files, view.Run, file, cancel) };
        return view with { Token = view.MayWrite ? Token : null };
    }

    private async Task<IActionResult> Panel(Guid id, CancellationToken cancel)
    {
        if (await reader.Find(id, Actor, cancel) is not { } run || await reader.Panel(run, Query("key") ?? "", Query("hero") == "1", ChartFilter.Read(Query), cancel) is not { } curve)
            return NotFound();
        var steps = TotalSteps.Of((await tables.Params(id, TotalSteps.Keys, cancel)).Select(p => (p.Key, p.Value)));
        return await Fragment<RunPanel>((nameof(RunPanel.Curve), curve), (nameof(RunPanel.Filter), ChartFilter.Read(Query)), (nameof(RunPanel.Hero), Query("hero") == "1"), (nameof(RunPanel.Steps), steps));
    }

    private async Task<IActionResult> Part(string part, CancellationToken cancel)
    {
        var run = View.Run;
        var skip = int.TryParse(Query("skip"), out var number) ? Math.Clamp(number, 0, 1_000_000) : 0;
        return part switch
        {
            "head" => await Fragment<RunHead>((nameof(RunHead.Run), run), (nameof(RunHead.Tags), View.Tags), (nameof(RunHead.Parent), View.Family.Parent)),
            "progress" => await Fragment<RunProgress>((nameof(RunProgress.Run), run), (nameof(RunProgress.Step), View.Last.Step), (nameof(RunProgress.At), View.Last.At), (nameof(RunProgress.Steps), View.Steps)),
            "charts" or "more" => await Fragment<RunCharts>((nameof(RunCharts.View), await reader.WithCurves(View, skip, cancel)), (nameof(RunCharts.Skip), skip), (nameof(RunCharts.Alone), part == "charts")),
            "params" => await Fragment<RunParams>((nameof(RunParams.RunId), run.RunId), (nameof(RunParams.Params), View.Detail.Params), (nameof(RunParams.Search), View.ParamSearch), (nameof(RunParams.Wide), Query("wide") == "1")),
            "tags" => await Fragment<RunTags>((nameof(RunTags.RunId), run.RunId), (nameof(RunTags.Tags), View.Tags)),
            "links" => await Fragment<RunLinks>((nameof(RunLinks.Detail), View.Detail), (nameof(RunLinks.Family), View.Family)),
            "artifacts" => await Fragment<RunArtifacts>((nameof(RunArtifacts.RunId), run.RunId), (nameof(RunArtifacts.Files), View.Files)),
            _ => NotFound(),
        };
    }
}
