using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>One export: how far it has come, live, and its file.</summary>
public sealed class ExportModel(ExportStore store, Database database) : PluginPage
{
    /// <summary>The export.</summary>
    public Export Export { get; private set; } = null!;

    /// <summary>The token of the visitor who may cancel it.</summary>
    public FormToken? CancelToken => Actor.SeesAll || Actor.PersonId == Export.PersonId ? Token : null;

    /// <summary>The page.</summary>
    public async Task<IActionResult> OnGet(Guid exportId, CancellationToken cancel)
    {
        var cursor = await database.CursorOf([Topics.Export(exportId)], cancel);
        if (await store.Find(exportId, Actor, cancel) is not { } export)
            return NotFound();
        Export = export;
        Shell.Of(HttpContext).Page("Export", ("Experiments", Address.Experiments), (export.ExperimentName, Address.Experiment(export.ExperimentId)), ("Exports", Address.ExportsOf(export.ExperimentId)));
        if (!export.IsOver)
            Shell.Of(HttpContext).Listen(cursor, Topics.Export(exportId));
        return Page();
    }

    /// <summary>Ends it.</summary>
    public async Task<IActionResult> OnPostCancel(Guid exportId, CancellationToken cancel)
    {
        if (await store.Find(exportId, Actor, cancel) is not { } export)
            return NotFound();
        return await store.Cancel(export, Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Address.Export(exportId));
    }
}
