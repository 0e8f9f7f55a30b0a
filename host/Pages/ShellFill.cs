using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Pages.Admin;
using Crucible.Host.Plugins;
using Crucible.Host.Security;
using Crucible.Live;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Crucible.Host.Pages;

/// <summary>Fills the frame around every page before its handler runs: who is there, what the rail holds, what it listens to.</summary>
internal sealed class ShellFill(PluginCatalogue catalogue, Database database, IAuthorizationService authorization, Permissions permissions, AssetVersion assets, ILogger<ShellFill> logger) : IAsyncPageFilter
{
    public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

    public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var http = context.HttpContext;
        var shell = Shell.Of(http);
        shell.Version = assets.Value;
        if (PluginGate.OwnerOf(http) is { } plugin)
            PluginAssets.AddTo(shell, plugin);
        // A fragment of a page needs no frame.
        if (Access.Of(http) is { } access && !http.Request.Headers.ContainsKey("HX-Request"))
            await Fill(http, shell, access);
        await next();
    }

    private async Task Fill(HttpContext http, Shell shell, Access access)
    {
        var actor = access.Actor;
        (shell.PersonName, shell.UserName, shell.Theme) = (actor.DisplayName, actor.UserName, access.Theme);
        shell.Rail = access.Rail;
        shell.Account.Add(new("Account", "/account", "user"));
        var entries = new List<(ModuleOffer Offer, NavEntry Entry)>();
        foreach (var offer in catalogue.Running)
            foreach (var entry in offer.Nav)
                if (entry.Permission is null || (await authorization.AuthorizeAsync(http.User, entry.Permission)).Succeeded)
                    entries.Add((offer, entry));
        var topics = entries.SelectMany(e => e.Entry.BadgeTopics?.Invoke(actor) ?? []).ToList();
        var cursor = topics.Count == 0 ? Cursor.Parse(null) : await database.CursorOf(topics, http.RequestAborted);
        shell.Listen(cursor, topics);
        foreach (var (offer, entry) in entries.OrderBy(e => e.Entry.Order).ThenBy(e => e.Entry.Title, StringComparer.Ordinal))
            shell.Nav.Add(new(entry.Title, entry.Url, entry.Icon)
            {
                Badge = await Badge(http, offer, entry, actor),
                BadgeId = entry.Badge is null ? null : NavEntry.BadgeId(offer.Info.Id),
                BadgeUrl = entry.Badge is null ? null : $"/nav/{offer.Info.Id}/badge",
            });
        shell.End.Add(new("Interface kit", "/ui", "cube"));
        if (AdminPages.For(actor, permissions, shell.Path) is [_, ..])
            shell.End.Add(new("Admin", "/admin", "gear"));
    }

    private async ValueTask<NavBadge?> Badge(HttpContext http, ModuleOffer offer, NavEntry entry, Actor actor)
    {
        try
        {
            return entry.Badge is null ? null : await entry.Badge(http.RequestServices, actor, http.RequestAborted);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogError(fault, "The badge of {Plugin} failed", offer.Info.Id);
            return null;
        }
    }
}
