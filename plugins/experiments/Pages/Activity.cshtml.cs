using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Search;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>Who did what to an experiment and its runs, and when.</summary>
public sealed class ActivityModel(ActivityStore activity, Database database, TimeProvider time) : ExperimentPageModel
{
    private const int PageSize = 50;

    /// <summary>What the page shows.</summary>
    public ActivityView View { get; private set; } = null!;

    /// <summary>The page, or what its filter offers.</summary>
    public async Task<IActionResult> OnGet(long id, string? q, long? before, string? part, string? key, CancellationToken cancel)
    {
        if (part == "options")
            return await Get<ExperimentStore>().Find(id, Actor, cancel) is null ? NotFound()
                : await Fragment<OptionList>((nameof(OptionList.Items), key is "by" or "action" ? (await activity.Values(id, key == "by", q ?? "", cancel)).Select(v => new Option(v)).ToList() : []));
        var cursor = ByScript ? null : await database.CursorOf([Topics.Experiment(id)], cancel);
        if (await JudgedFrame(id, cancel) is not { } frame)
            return NotFound();
        var query = Qualifiers.Parse(q?.Replace('\0', ' '), ActivityView.Words, time.GetUtcNow());
        var lines = query.Errors.Count > 0 ? [] : await activity.Page(id, query, before, PageSize + 1, cancel);
        View = new(frame, query, [.. lines.Take(PageSize)], lines.Count > PageSize, before);
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, [Topics.Experiment(id)]);
        if (query.Errors.Count > 0)
            Response.StatusCode = 422;
        return Page();
    }
}
