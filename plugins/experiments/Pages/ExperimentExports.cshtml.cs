using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>The exports of an experiment, and the form that asks for one. The run table's selection is sent here too.</summary>
public sealed class ExperimentExportsModel(ExperimentStore experiments, ExportStore store) : ExperimentPageModel
{
    /// <summary>What stands around the page.</summary>
    public ExperimentFrameView View { get; private set; } = null!;

    /// <summary>One page of exports, newest first.</summary>
    public IReadOnlyList<Export> Exports { get; private set; } = [];

    /// <summary>Older ones follow.</summary>
    public bool More { get; private set; }

    /// <summary>This is not the first page.</summary>
    public bool Paged { get; private set; }

    /// <summary>What the form holds.</summary>
    public ExportWish Wish { get; private set; } = new("csv", ExportWish.Usual, "", null, false);

    /// <summary>Why it was refused.</summary>
    public string? Error { get; private set; }

    /// <summary>The visitor's token.</summary>
    public FormToken FormToken => Token;

    /// <summary>The page; <c>filter</c> fills in the form.</summary>
    public Task<IActionResult> OnGet(long id, Guid? after, CancellationToken cancel)
    {
        Wish = Wish with { Filter = Query("filter") ?? "" };
        return Show(id, after, cancel);
    }

    /// <summary>Asks for an export of these runs, or of those that the filter finds.</summary>
    public async Task<IActionResult> OnPost(long id, [FromForm] string[] ids, [FromForm] string? all, [FromForm] string? filter, [FromForm] string? format, [FromForm] string[] include, [FromForm] bool gzip, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        // All that the table's filter finds, of which those on the page are named too.
        Guid[] runs = all == "1" ? [] : [.. ids.Select(i => RunId.TryRead(i, out var run) ? run : Guid.Empty).Where(i => i != Guid.Empty).Distinct()];
        Wish = new(format ?? "csv", include.Length == 0 ? ExportWish.Usual : include, (runs.Length > 0 ? null : filter)?.Trim() ?? "", runs.Length > 0 ? runs : null, gzip);
        if (Wish.Wrong() is not var (field, why))
            return LocalRedirect(Address.Export(await store.Ask(experiment, Wish, Actor, cancel)));
        Error = field == "filter" ? why : $"{field} {why}";
        Response.StatusCode = 422;
        return await Show(id, null, cancel);
    }

    private async Task<IActionResult> Show(long id, Guid? after, CancellationToken cancel)
    {
        if (await JudgedFrame(id, cancel) is not { } frame)
            return NotFound();
        var found = await store.Page(id, after, ExportsModel.PageSize + 1, 0, Actor, cancel);
        (View, Exports, More, Paged) = (frame, [.. found.Take(ExportsModel.PageSize)], found.Count > ExportsModel.PageSize, after is not null);
        return Page();
    }
}
