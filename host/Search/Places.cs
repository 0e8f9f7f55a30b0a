using Crucible.Host.Pages.Account;
using Crucible.Host.Pages.Admin;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Host.Security;
using Crucible.People;
using Crucible.Search;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Search;

/// <summary>The pages and actions that somebody may use: no question to a database.</summary>
internal sealed class Places(PluginCatalogue catalogue, Permissions permissions, IOptions<PeopleOptions> people)
{
    public IReadOnlyList<SearchHit> Pages(Actor actor) =>
    [
        .. catalogue.Running.SelectMany(o => o.Nav).Where(n => May(actor, n.Permission)).OrderBy(n => n.Order).Select(n => new SearchHit(n.Title, n.Url) { Icon = n.Icon }),
        new("Home", "/") { Icon = "home" },
        .. AccountPages.Of(people.Value).Select(p => new SearchHit(p.Name, p.Url) { Icon = p.Icon, Hint = p.Name == "Account" ? null : "Account", Also = p.Also }),
        new("Interface kit", "/ui") { Icon = "cube" },
        .. AdminPages.All.Where(p => May(actor, p.Permission)).SelectMany(p => p.Parts.Where(part => part.Url != p.Url)
            .Select(part => new SearchHit(part.Name ?? part.Title, part.Url) { Icon = p.Icon, Hint = p.Title, Also = $"{p.Title} {part.Title}" })
            .Prepend(new(p.Title, p.Url) { Icon = p.Icon, Hint = "Admin", Also = "admin" })),
    ];

    public IReadOnlyList<PaletteAction> Actions(Actor actor) =>
        [.. catalogue.Running.SelectMany(o => o.Actions).Where(a => May(actor, a.Permission) && a.Needs.All(n => May(actor, n)) && a.To?.Invoke(actor) != false)];

    public IReadOnlyList<SearchSource> Sources(Actor actor) => [.. catalogue.Running.SelectMany(o => o.Search).Where(s => May(actor, s.Permission))];

    private bool May(Actor actor, string? permission) => permission is null || permissions.Allows(actor, permission);
}
