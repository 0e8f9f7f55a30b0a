using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>The projects of one's teams.</summary>
public sealed class ProjectsModel(ProjectStore projects, Database database) : PluginPage
{
    private const int PageSize = 50;

    /// <summary>What the page shows.</summary>
    public ProjectsView View { get; private set; } = null!;

    /// <summary>The list.</summary>
    public async Task<IActionResult> OnGet(CancellationToken cancel)
    {
        var topics = Actor.ReadTeams.Select(Topics.Team).ToList();
        var cursor = ByScript ? null : await database.CursorOf(topics, cancel);
        await Read(cancel);
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, topics);
        return Page();
    }

    /// <summary>Makes a project in the visitor's team.</summary>
    public async Task<IActionResult> OnPostCreate([FromForm] string? name, [FromForm] string? description, CancellationToken cancel) =>
        await Answer((await projects.Create(name ?? "", description ?? "", Actor, cancel)).Refusal, "new", name, description, cancel);

    /// <summary>Changes name and description.</summary>
    public async Task<IActionResult> OnPostChange([FromForm] long id, [FromForm] string? name, [FromForm] string? description, CancellationToken cancel) =>
        await Answer(await projects.Change(id, name ?? "", description ?? "", null, Actor, cancel), $"{id}", name, description, cancel);

    /// <summary>Archives a project, or takes it out of the archive; its experiments stay as they are.</summary>
    public async Task<IActionResult> OnPostArchive([FromForm] long id, [FromForm] bool archived, CancellationToken cancel) =>
        await Answer(await projects.Change(id, null, null, archived, Actor, cancel), "", null, null, cancel);

    private async Task<IActionResult> Answer(ProtocolError? refusal, string edit, string? name, string? description, CancellationToken cancel)
    {
        if (refusal is null)
            return LocalRedirect(Address.Projects);
        if (refusal.Code is ErrorCode.ResourceDoesNotExist or ErrorCode.PermissionDenied)
            return Refused(refusal);
        await Read(cancel);
        View = View with { Edit = edit, Error = new("name", refusal.Message, name), Entered = description };
        Response.StatusCode = 422;
        return Page();
    }

    private async Task Read(CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Projects", ("Experiments", Address.Experiments));
        Style();
        var archived = Query("view") == "archived";
        var lines = await projects.Page(archived, Query("after")?.Replace('\0', ' '), PageSize + 1, Actor, cancel);
        View = new([.. lines.Take(PageSize)], archived, lines.Count > PageSize)
        {
            Edit = Query("edit") ?? "",
            MayCreate = Actor.MayWrite(Actor.HomeTeam),
            MayWrite = lines.Where(l => Actor.MayWrite(l.Project.TeamId)).Select(l => l.Project.ProjectId).ToHashSet(),
            Token = Actor.Role >= People.Role.Member ? Token : null,
            First = Query("after") is null,
        };
    }
}
