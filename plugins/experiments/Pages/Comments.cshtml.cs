using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>What people say about an experiment, a run of it or a place in one: a page, and a fragment for the drawer.</summary>
public sealed class CommentsModel(CommentStore comments, ExperimentStore experiments, RunStore runs, Database database) : ExperimentPageModel
{
    private const int PageSize = 50;

    /// <summary>What the page shows.</summary>
    public CommentsView View { get; private set; } = null!;

    /// <summary>The page; for a script the thread alone; what its fields offer.</summary>
    public async Task<IActionResult> OnGet(long id, string? part, string? q, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (part is "people")
            return await Fragment<OptionList>((nameof(OptionList.Items), (await Get<TeamPeopleStore>().Find(experiment.TeamId, q ?? "", writers: false, 8, cancel)).Select(p => new Option(p.UserName, p.DisplayName, p.UserName)).ToList()));
        if (part is "cells")
            return await Fragment<CommentCells>((nameof(CommentCells.Cells), await comments.Cells(id, cancel)));
        if (!await Subject(id, cancel))
            return NotFound();
        if (part is "places")
            return await Fragment<OptionList>((nameof(OptionList.Items), await Places(q ?? "", cancel)));
        List<Crucible.Live.Topic> topics = [Topics.Experiment(id), .. View.Run is { } run ? [Topics.Run(run.RunId)] : Array.Empty<Crucible.Live.Topic>()];
        var cursor = part is null ? await database.CursorOf(topics, cancel) : null;
        await Read(experiment, cancel);
        if (part == "list")
            return await Fragment<CommentList>((nameof(CommentList.View), View));
        if (part == "thread")
            return await Fragment<CommentThread>((nameof(CommentThread.View), View));
        if (View.Run is { } about)
            Shell.Of(HttpContext).Page("Comments", ("Experiments", Address.Experiments), (experiment.Name, Address.Experiment(id)), (about.Name, Address.Run(about.RunId)));
        else
            Shell.Of(HttpContext).Page("Comments", ("Experiments", Address.Experiments), (experiment.Name, Address.Experiment(id)));
        Shell.Of(HttpContext).Style("/assets/experiments/comments.css");
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, topics);
        return Page();
    }

    /// <summary>Says something.</summary>
    public async Task<IActionResult> OnPostAdd(long id, [FromForm] string? text, [FromForm] string? about, CancellationToken cancel)
    {
        if (!await Subject(id, cancel))
            return NotFound();
        var place = string.IsNullOrWhiteSpace(View.Place) ? about?.Trim() : View.Place;
        return await Answer(id, (await comments.Add(new(id, View.Run?.RunId, string.IsNullOrEmpty(place) ? null : place), text ?? "", Actor, cancel)).Refusal, null, text, cancel);
    }

    /// <summary>Changes what one said.</summary>
    public async Task<IActionResult> OnPostEdit(long id, [FromForm] long comment, [FromForm] string? text, CancellationToken cancel) =>
        await Subject(id, cancel) ? await Answer(id, await comments.Edit(id, comment, text ?? "", Actor, cancel), comment, text, cancel) : NotFound();

    /// <summary>Takes it back.</summary>
    public async Task<IActionResult> OnPostDelete(long id, [FromForm] long comment, CancellationToken cancel) =>
        await Subject(id, cancel) ? await Answer(id, await comments.Delete(id, comment, Actor, cancel), null, null, cancel) : NotFound();

    /// <summary>Settles a comment, or opens it again.</summary>
    public async Task<IActionResult> OnPostResolve(long id, [FromForm] long comment, [FromForm] bool resolved, CancellationToken cancel) =>
        await Subject(id, cancel) ? await Answer(id, await comments.Resolve(id, comment, resolved, Actor, cancel), null, null, cancel) : NotFound();

    private async Task<IActionResult> Answer(long id, ProtocolError? refusal, long? edited, string? entered, CancellationToken cancel)
    {
        if (refusal is { Code: ErrorCode.ResourceDoesNotExist or ErrorCode.PermissionDenied })
            return Refused(refusal);
        if (refusal is null && !ByScript)
            return LocalRedirect(View.Self);
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        await Read(experiment, cancel);
        if (refusal is not null)
        {
            View = View with { Error = new("text", refusal.Message, entered), Edited = edited };
            Response.StatusCode = 422;
        }
        if (ByScript)
            return await Fragment<CommentThread>((nameof(CommentThread.View), View));
        Shell.Of(HttpContext).Page("Comments", ("Experiments", Address.Experiments), (experiment.Name, Address.Experiment(id))).Style("/assets/experiments/comments.css");
        return Page();
    }

    // The run and the place stand in the address, of the page and of its forms alike.
    private async Task<bool> Subject(long id, CancellationToken cancel)
    {
        RunRow? run = null;
        if (Query("run") is { Length: > 0 } text && (!RunId.TryRead(text, out var runId) || (run = await runs.Find(runId, Actor, cancel)) is null || run.ExperimentId != id))
            return false;
        var place = Query("place") ?? "";
        View = new(id, run, place);
        return CommentPlace.IsPlace(place) && await experiments.Find(id, Actor, cancel) is not null;
    }

    private async Task Read(Experiment experiment, CancellationToken cancel)
    {
        var subject = new CommentSubject(experiment.ExperimentId, View.Run?.RunId, View.Place.Length > 0 ? View.Place : null);
        var before = long.TryParse(Query("before"), out var from) ? from : (long?)null;
        var settled = Query("resolved") == "1";
        var found = await comments.Page(subject, settled, before, PageSize + 1, cancel);
        var mayWrite = Actor.MayWrite(experiment.TeamId) && !experiment.Deleted;
        View = View with
        {
            Title = View.Run?.Name ?? experiment.Name,
            Comments = [.. found.Take(PageSize)],
            More = found.Count > PageSize,
            Before = before,
            Count = await comments.Count(subject, cancel),
            Settled = settled,
            MayWrite = mayWrite,
            Me = Actor.PersonId,
            MayDeleteAll = Actor.SeesAll,
            Token = mayWrite ? Token : null,
            Edited = long.TryParse(Query("edit"), out var edited) ? edited : null,
        };
    }

    private async Task<IReadOnlyList<Option>> Places(string typed, CancellationToken cancel)
    {
        if (View.Run is not { } run)
            return [];
        var detail = await Get<RunDetailStore>().Read([run.RunId], cancel);
        var all = detail is not [var one] ? [] : one.Metrics.Select(m => new Option($"metric:{m.Key}@{m.Step}", m.Key, $"step {m.Step}")).Concat(one.Params.Select(p => new Option($"cell:params.{p.Key}", p.Key, "parameter")));
        return [.. all.Where(o => o.Value.Length <= CommentPlace.Longest && o.Value.Contains(typed, StringComparison.OrdinalIgnoreCase)).OrderBy(o => o.Text, StringComparer.Ordinal).Take(20)];
    }
}
