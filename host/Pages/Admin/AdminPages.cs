using Crucible.Host.Pages.Admin.Jobs;
using Crucible.Host.Security;
using Crucible.People;
using Crucible.Ui;

namespace Crucible.Host.Pages.Admin;

/// <summary>A page of the admin part.</summary>
/// <param name="Title">Of its tab.</param>
/// <param name="Url">Its address.</param>
/// <param name="Icon">Of its tab.</param>
/// <param name="Permission">What it takes.</param>
/// <param name="Parts">The pages it is divided into, itself first; empty when it stands alone.</param>
internal sealed record AdminPage(string Title, string Url, string Icon, string Permission, params IReadOnlyList<AdminPart> Parts);

/// <summary>A page within a page of the admin part.</summary>
/// <param name="Title">Where its siblings stand beside it.</param>
/// <param name="Url">Its address.</param>
/// <param name="Name">By itself, where the title is not enough.</param>
internal sealed record AdminPart(string Title, string Url, string? Name = null);

/// <summary>The pages of the admin part, in the order of their tabs, and what each takes; tabs and palette are made from it.</summary>
internal static class AdminPages
{
    public static readonly AdminPage Jobs = new("Jobs", JobsUrl.Runs, "jobs", "crucible.jobs",
        new("Runs", JobsUrl.Runs), new("Jobs", JobsUrl.Declared, "Declared jobs"), new("Dead letters", JobsUrl.Dead), new("Nodes", JobsUrl.Nodes));

    public static readonly AdminPage People = new("People", "/admin/people", "users", "crucible.people",
        new("People", "/admin/people"), new("Teams", "/admin/people/teams"), new("Roles", "/admin/people/roles", "Roles and permissions"),
        new("Invitations", "/admin/people/invitations"), new("Refused", "/admin/people/refused", "Refused sign-ins"));

    public static readonly IReadOnlyList<AdminPage> All =
    [
        Jobs,
        People,
        new("Audit", "/admin/audit", "file", "crucible.audit"),
        new("System", "/admin/system", "screen", "crucible.system"),
        new("Backups", "/admin/backups", "archive", "crucible.backup"),
        new("Plugins", "/admin/plugins", "plug", "crucible.plugins"),
    ];

    /// <summary>The tabs that this actor may open; empty for most people.</summary>
    public static IReadOnlyList<Tab> For(Actor actor, Permissions permissions, string path) =>
        [.. All.Where(p => permissions.Allows(actor, p.Permission)).Select(p => new Tab(p.Title, p.Url, path == p.Url || path.StartsWith(p.Url + "/", StringComparison.Ordinal), Icon: p.Icon))];
}
