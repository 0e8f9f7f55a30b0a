using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Fragments.Imports;
using Crucible.Experiments.Imports;
using Crucible.Experiments.Live;
using Crucible.Jobs;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Pages.Imports;

/// <summary>One import: what it would make, how far it has come, what it refused, and what it made.</summary>
[Authorize(ImportsModule.Permission)]
public sealed class ImportModel(ImportStore imports, IPeople people, Database database) : PluginPage
{
    /// <summary>What the page shows.</summary>
    public ImportView View { get; private set; } = null!;

    /// <summary>The page.</summary>
    public Task<IActionResult> OnGet(Guid importId, CancellationToken cancel) => Show(importId, null, cancel);

    /// <summary>Brings in what the preview found.</summary>
    public Task<IActionResult> OnPostStart(Guid importId, CancellationToken cancel) =>
        Act(importId, import => imports.Go(importId, "ready", "running", import.Settings, Actor, Jobs, cancel), cancel);

    /// <summary>Looks again, with other settings.</summary>
    public async Task<IActionResult> OnPostRead(Guid importId, [FromForm] string? experiment, [FromForm] bool deleted, [FromForm] string[] headers, [FromForm] string[] kinds, CancellationToken cancel)
    {
        var into = string.IsNullOrWhiteSpace(experiment) ? null : experiment.Trim();
        if (into is not null && Limits.CheckExperimentName(into) is { } wrong)
            return await Show(importId, wrong.Message, cancel);
        return await Act(importId, import =>
        {
            var columns = new Dictionary<string, string>(import.Settings.Columns);
            foreach (var (header, kind) in headers.Zip(kinds).Take(1000))
                columns[header] = kind;
            return imports.Go(importId, "ready", "reading", import.Settings with { Experiment = into, Deleted = deleted, Columns = columns }, Actor, Jobs, cancel);
        }, cancel);
    }

    /// <summary>Ends it.</summary>
    public Task<IActionResult> OnPostCancel(Guid importId, CancellationToken cancel) => Act(importId, async import =>
    {
        var done = await imports.Cancel(importId, Actor, cancel);
        if (done && import.State == "ready")
            await HttpContext.RequestServices.GetRequiredService<ImportWork>().Forget(importId);
        return done;
    }, cancel);

    /// <summary>Moves what it made to the trash.</summary>
    public Task<IActionResult> OnPostUndo(Guid importId, CancellationToken cancel) => Act(importId, async import => await imports.Undo(import, Actor, cancel) is not null, cancel);

    private IJobQueue Jobs => HttpContext.RequestServices.GetRequiredService<IJobQueue>();

    // In another state by now, somebody was quicker: the page shows how it stands.
    private async Task<IActionResult> Act(Guid importId, Func<ImportRow, Task<bool>> verb, CancellationToken cancel)
    {
        if (await imports.Find(importId, Actor, cancel) is not { } import)
            return NotFound();
        await verb(import);
        return LocalRedirect(Address.ImportOf(importId));
    }

    private async Task<IActionResult> Show(Guid importId, string? error, CancellationToken cancel)
    {
        var cursor = await database.CursorOf([Topics.Import(importId)], cancel);
        if (await imports.Find(importId, Actor, cancel) is not { } import)
            return NotFound();
        var after = long.TryParse(Query("after"), out var place) && place > 0 ? place : 0;
        var refusals = await imports.Refusals(importId, after, ImportStore.RefusalsShown + 1, cancel);
        View = new(import, (await people.Teams(cancel)).FirstOrDefault(t => t.Id == import.TeamId)?.Name ?? "deleted", Token)
        {
            Refusals = [.. refusals.Take(ImportStore.RefusalsShown).Select(r => r.Line)],
            OlderRefusals = refusals.Count > ImportStore.RefusalsShown ? $"{Address.ImportOf(importId)}?after={refusals[ImportStore.RefusalsShown - 1].Place}#import-refusals" : null,
            AfterRefusals = after > 0,
            Made = await imports.Made(importId, cancel),
            Error = error,
        };
        Shell.Of(HttpContext).Page(import.Title, ("Experiments", Address.Experiments), ("Import", Address.Import)).Listen(cursor, Topics.Import(importId)).WithImportAssets();
        if (error is not null)
            Response.StatusCode = 422;
        return Page();
    }
}
