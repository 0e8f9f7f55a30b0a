using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>The experiments that this visitor may see.</summary>
public sealed class IndexModel(ExperimentListStore list, ExperimentStore experiments, Database database) : PluginPage
{
    /// <summary>What the page shows.</summary>
    public ExperimentList View { get; private set; } = null!;

    /// <summary>The list, or the rows that follow.</summary>
    public async Task<IActionResult> OnGet(string? part, CancellationToken cancel)
    {
        var topics = Actor.ReadTeams.Select(Topics.Team).ToList();
        var cursor = ByScript ? null : await database.CursorOf(topics, cancel);
        await Read(cancel);
        if (part == "rows")
            return await Fragment<ExperimentRows>((nameof(ExperimentRows.View), View));
        Shell.Of(HttpContext).Page("Experiments");
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, topics);
        return Page();
    }

    /// <summary>Makes an experiment in the visitor's team.</summary>
    public async Task<IActionResult> OnPostCreate([FromForm] string? name, CancellationToken cancel)
    {
        if (!Actor.MayWrite(Actor.HomeTeam))
            return Forbid();
        var wrong = string.IsNullOrWhiteSpace(name) ? "Give it a name of at most 500 characters." : Limits.CheckExperimentName(name.Trim())?.Message;
        if (wrong is null && await experiments.Create(name!.Trim(), null, [], Actor, cancel) is { } id)
            return LocalRedirect(Address.Experiment(id));
        await Read(cancel);
        View = View with { Error = new("name", wrong ?? "This name is taken. Names are unique over all teams, those of deleted experiments too.", name) };
        Shell.Of(HttpContext).Page("Experiments");
        Response.StatusCode = 422;
        return Page();
    }

    /// <summary>Deletes an experiment with its runs.</summary>
    public async Task<IActionResult> OnPostDelete([FromForm] long id, CancellationToken cancel) =>
        await experiments.Delete(id, Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Address.Experiments);

    /// <summary>Brings it back.</summary>
    public async Task<IActionResult> OnPostRestore([FromForm] long id, CancellationToken cancel) =>
        await experiments.Restore(id, null, Actor, cancel) is { } refusal ? Refused(refusal) : LocalRedirect(Address.Experiment(id));

    private async Task Read(CancellationToken cancel)
    {
        var filter = ExperimentListFilter.Read(Query);
        var lines = await list.Page(filter, Actor, cancel);
        var shown = lines.Take(ExperimentListFilter.PageSize).ToList();
        var tags = await experiments.Tags([.. shown.Select(l => l.ExperimentId)], cancel);
        View = new(filter, shown, tags, lines.Count > shown.Count)
        {
            MayWrite = Actor.MayWrite(Actor.HomeTeam),
            MayDelete = shown.Where(l => Actor.MayDelete(l.TeamId, l.OwnerId)).Select(l => l.ExperimentId).ToHashSet(),
            Token = Actor.Role >= Role.Member ? Token : null,
            TrackingUri = $"{Request.Scheme}://{Request.Host}",
        };
    }
}
