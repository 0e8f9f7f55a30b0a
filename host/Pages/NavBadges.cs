using Crucible.Host.Plugins;
using Crucible.Live;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui;

namespace Crucible.Host.Pages;

/// <summary>A rail entry's count, fetched again by itself when news make it stale.</summary>
internal static class NavBadges
{
    public static async Task<IResult> Show(string plugin, HttpContext http, PluginCatalogue catalogue, FragmentRenderer renderer)
    {
        var entry = catalogue.Running.FirstOrDefault(o => o.Info.Id == plugin)?.Nav.FirstOrDefault(n => n.Badge is not null);
        if (entry is null)
            return Results.NotFound();
        var badge = await entry.Badge!(http.RequestServices, Actor.Of(http), http.RequestAborted);
        return Results.Content(await renderer.Render<NavCount>(
            (nameof(NavCount.Id), NavEntry.BadgeId(plugin)), (nameof(NavCount.Url), $"/nav/{plugin}/badge"), (nameof(NavCount.Badge), badge)), "text/html; charset=utf-8");
    }
}
