using Crucible.Host.Pages.Admin;
using Crucible.Host.Plugins;
using Crucible.Host.Security;
using Crucible.People;
using Crucible.Search;

namespace Crucible.Host.Search;

/// <summary>The pages and actions that somebody may use: no question to a database.</summary>
internal sealed class Places(PluginCatalogue catalogue, Permissions permissions)
{
    private static readonly SearchHit[] Own =
    [
        new("Home", "/") { Icon = "home" },
        new("Account", "/account") { Icon = "user", Also = "password theme profile" },
        new("API tokens", "/account/tokens") { Icon = "key", Hint = "Account" },
        new("Notifications", "/account/notices") { Icon = "bell", Hint = "Account" },
        new("Notification settings", "/account/notices/settings") { Icon = "bell", Hint = "Account", Also = "mail digest" },
        new("Interface kit", "/ui") { Icon = "cube" },
    ];

    public IReadOnlyList<SearchHit> Pages(Actor actor) =>
    [
        .. catalogue.Running.SelectMany(o => o.Nav).Where(n => May(actor, n.Permission)).OrderBy(n => n.Order).Select(n => new SearchHit(n.Title, n.Url) { Icon = n.Icon }),
        .. Own,
        .. AdminPages.For(actor, permissions, "").Select(t => new SearchHit(t.Title, t.Url) { Icon = t.Icon, Hint = "Admin", Also = "admin" }),
    ];

    public IReadOnlyList<PaletteAction> Actions(Actor actor) => [.. catalogue.Running.SelectMany(o => o.Actions).Where(a => May(actor, a.Permission) && a.To?.Invoke(actor) != false)];

    public IReadOnlyList<SearchSource> Sources(Actor actor) => [.. catalogue.Running.SelectMany(o => o.Search).Where(s => May(actor, s.Permission))];

    private bool May(Actor actor, string? permission) => permission is null || permissions.Allows(actor, permission);
}
