using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Registry;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>The registered models that this visitor may see.</summary>
public sealed class ModelsModel(RegistryStore models, Database database) : PluginPage
{
    private const int PageSize = 50;

    /// <summary>What the page shows.</summary>
    public ModelList View { get; private set; } = null!;

    /// <summary>The list.</summary>
    public async Task OnGet(CancellationToken cancel)
    {
        var topics = Actor.ReadTeams.Select(Topics.Team).ToList();
        var cursor = ByScript ? null : await database.CursorOf(topics, cancel);
        await Read(cancel);
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, topics);
    }

    /// <summary>Registers a name in the visitor's team.</summary>
    public async Task<IActionResult> OnPost([FromForm] string? name, CancellationToken cancel)
    {
        if (!Actor.MayWrite(Actor.HomeTeam))
            return Forbid();
        if ((RegistryLimits.CheckName(name?.Trim()) ?? await models.Create(name!.Trim(), null, [], Actor, cancel)) is { } refusal)
        {
            await Read(cancel);
            View = View with { Error = new("name", refusal.Message, name) };
            Response.StatusCode = 422;
            return Page();
        }
        return LocalRedirect(Address.Model((await models.Find(name!.Trim(), Actor, cancel))!.ModelId));
    }

    private async Task Read(CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Models");
        var text = Query("q")?.Trim() ?? "";
        var after = Query("after")?.Split('.') is [var ms, var id] && long.TryParse(ms, out var updated) && long.TryParse(id, out var modelId) ? (updated, modelId) : ((long, long)?)null;
        var found = await models.Page(text, after, PageSize + 1, Actor, cancel);
        var shown = found.Take(PageSize).ToList();
        View = new(text, shown, await models.Parts([.. shown.Select(m => m.ModelId)], cancel),
            found.Count > PageSize ? Address.With(Address.Models, ("q", text), ("after", $"{shown[^1].UpdatedMs}.{shown[^1].ModelId}")) : null)
        {
            Later = after is not null,
            MayWrite = Actor.MayWrite(Actor.HomeTeam),
            Token = Actor.MayWrite(Actor.HomeTeam) ? Token : null,
        };
    }
}
