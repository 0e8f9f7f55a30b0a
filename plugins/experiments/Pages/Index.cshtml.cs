using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Pages;

/// <summary>The experiments that this visitor may see.</summary>
public sealed class IndexModel(ExperimentListStore list, ExperimentStore experiments, Database database, TimeProvider time) : PluginPage
{
    private const int MostChosen = 500;
    private const int MostUndone = 40;

    /// <summary>What the page shows.</summary>
    public ExperimentList View { get; private set; } = null!;

    /// <summary>The list, or what its fields offer.</summary>
    public async Task<IActionResult> OnGet(string? part, string? key, string? q, CancellationToken cancel)
    {
        if (part is "options" or "projects")
            return await Fragment<OptionList>((nameof(OptionList.Items), await Offer(part == "projects" ? "projects" : key, q ?? "", cancel)));
        var topics = Actor.ReadTeams.Select(Topics.Team).ToList();
        var cursor = ByScript ? null : await database.CursorOf(topics, cancel);
        await Read(cancel);
        Shell.Of(HttpContext).Page("Experiments");
        Style();
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, topics);
        if (View.Filter.Query.Errors.Count > 0)
            Response.StatusCode = 422;
        return Page();
    }

    /// <summary>Deletes experiments with their runs.</summary>
    public Task<IActionResult> OnPostDelete([FromForm] long[] ids, [FromForm] string? at, CancellationToken cancel) => Each(ids, at, "deleted",
        id => experiments.Delete(id, Actor, cancel), ids.Length is > 0 and <= MostUndone ? $"/experiments?handler=Restore{string.Concat(ids.Select(id => $"&ids={id}"))}" : null);

    /// <summary>Brings them back.</summary>
    public Task<IActionResult> OnPostRestore(long[] ids, [FromForm] string? at, CancellationToken cancel) => Each(ids, at, "restored", id => experiments.Restore(id, null, Actor, cancel));

    /// <summary>Archives them, or takes them out of the archive.</summary>
    public Task<IActionResult> OnPostArchive([FromForm] long[] ids, [FromForm] string? to, [FromForm] string? at, CancellationToken cancel) => Each(ids, at, to == "unarchive" ? "taken out of the archive" : "archived",
        id => Get<ExperimentLifeStore>().Apply(id, to == "unarchive" ? ExperimentVerb.Unarchive : ExperimentVerb.Archive, Actor, cancel));

    /// <summary>Puts them into a project, or into none.</summary>
    public Task<IActionResult> OnPostMove([FromForm] long[] ids, [FromForm] long? project, [FromForm] string? at, CancellationToken cancel) => Each(ids, at, "moved",
        id => Get<ExperimentFieldStore>().SetProject(id, project, Actor, cancel));

    /// <summary>Tags them.</summary>
    public Task<IActionResult> OnPostTag([FromForm] long[] ids, [FromForm] string? key, [FromForm] string? value, [FromForm] string? at, CancellationToken cancel) => Each(ids, at, "tagged",
        id => Limits.CheckExperimentTag(key, value ?? "", out var kept) is { } wrong ? Task.FromResult<ProtocolError?>(wrong) : experiments.SetTags(id, [new(key!, kept)], Actor, cancel));

    /// <summary>Removes deleted ones for good.</summary>
    public Task<IActionResult> OnPostPurge([FromForm] long[] ids, [FromForm] string? confirm, [FromForm] string? at, CancellationToken cancel) => Each(ids, at, "on their way out",
        id => confirm == "delete" ? Get<PurgeStore>().Experiment(id, Actor, cancel) : Task.FromResult<ProtocolError?>(ProtocolError.Invalid("Type delete to confirm.")));

    // One after the other, each a write of its own: one that is refused stays as it is and the toast says why.
    private async Task<IActionResult> Each(long[] ids, string? at, string done, Func<long, Task<ProtocolError?>> verb, string? undo = null)
    {
        var (count, refusals) = (0, new List<ProtocolError>());
        foreach (var id in ids.Distinct().Take(MostChosen))
            if (await verb(id) is { } refusal)
                refusals.Add(refusal);
            else
                count++;
        if (count == 0 && refusals.Count > 0 && refusals.TrueForAll(r => r.Code is ErrorCode.ResourceDoesNotExist or ErrorCode.PermissionDenied))
            return Refused(refusals[0]);
        if (count > 0)
            new Toast($"{(count == 1 ? "1 experiment" : $"{count} experiments")} {done}.", Undo: undo).Say(HttpContext);
        if (refusals.Count > 0)
            new Toast($"{(refusals.Count == 1 ? "1 was" : $"{refusals.Count} were")} left: {refusals[0].Message}", "failed").Say(HttpContext);
        return ByScript ? StatusCode(204) : LocalRedirect(at is not null && at.StartsWith(Address.Experiments, StringComparison.Ordinal) && Url.IsLocalUrl(at) ? at : Address.Experiments);
    }

    private async Task<IReadOnlyList<Option>> Offer(string? key, string typed, CancellationToken cancel) => key switch
    {
        "projects" => [.. (await Get<ProjectStore>().Offer(null, typed, 12, Actor, cancel)).Select(p => new Option($"{p.ProjectId}", p.Name))],
        "project" => [.. (await Get<ProjectStore>().Offer(null, typed, 12, Actor, cancel)).Select(p => new Option(p.Name))],
        "owner" or "tag" => [.. (await list.Offer(key, typed, Actor, cancel)).Select(o => new Option(o.Value, o.Text))],
        _ => [],
    };

    private async Task Read(CancellationToken cancel)
    {
        var filter = ExperimentListFilter.Read(Query, time.GetUtcNow());
        var lines = filter.Query.Errors.Count > 0 ? [] : await list.Page(filter, Actor, cancel);
        var shown = lines.Take(filter.Size).ToList();
        var ids = shown.Select(l => l.ExperimentId).ToArray();
        var (tags, judged, goals) = (experiments.Tags(ids, cancel), list.Judged(ids, cancel), await Get<MetricGoalStore>().Of(ids, cancel));
        var best = await list.Best([.. (await judged).Select(k => (k.Key, Metric: MetricGroups.Sort(k, m => m)[0])).Select(k => (k.Key, k.Metric, goals[k.Key].SmallIsGood(k.Metric)))], cancel);
        View = new(filter, shown, await tags, lines.Count > shown.Count)
        {
            Best = best.ToDictionary(b => b.ExperimentId),
            MayWrite = Actor.MayWrite(Actor.HomeTeam),
            Token = Actor.Role >= Role.Member ? Token : null,
            TrackingUri = $"{Request.Scheme}://{Request.Host}",
        };
    }
}
