using Crucible.Host.Security;
using Crucible.People;
using Crucible.Ui;

namespace Crucible.Host.Pages.Admin;

/// <summary>The pages of the admin part, in the order of their tabs, and what each takes.</summary>
internal static class AdminPages
{
    private static readonly (string Title, string Url, string Icon, string Permission)[] All =
    [
        ("Jobs", "/admin/jobs", "jobs", "crucible.jobs"),
        ("People", "/admin/people", "users", "crucible.people"),
        ("Audit", "/admin/audit", "file", "crucible.audit"),
        ("System", "/admin/system", "screen", "crucible.system"),
        ("Backups", "/admin/backups", "archive", "crucible.backup"),
        ("Plugins", "/admin/plugins", "plug", "crucible.plugins"),
    ];

    /// <summary>The tabs that this actor may open; empty for most people.</summary>
    public static IReadOnlyList<Tab> For(Actor actor, Permissions permissions, string path) =>
        [.. All.Where(p => permissions.Allows(actor, p.Permission)).Select(p => new Tab(p.Title, p.Url, path == p.Url || path.StartsWith(p.Url + "/", StringComparison.Ordinal), Icon: p.Icon))];
}
