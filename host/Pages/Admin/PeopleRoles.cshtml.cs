using Crucible.Host.People;
using Crucible.Host.Security;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;

namespace Crucible.Host.Pages.Admin;

/// <summary>Every permission there is, those of plugins too: what it allows, which roles have it, and who has it by name.</summary>
[Authorize("crucible.people")]
internal sealed class RolesModel(Permissions permissions, GrantStore grants) : PeoplePage
{
    private const int MostNames = 6;

    /// <summary>The permissions of each part, by name.</summary>
    public IEnumerable<IGrouping<string, Permission>> Groups => permissions.All.OrderBy(p => p.Name, StringComparer.Ordinal).GroupBy(p => p.Name.Split('.')[0]);

    public ILookup<string, Granted> ByName { get; private set; } = null!;

    public IEnumerable<Granted> Named(string permission) => ByName[permission].Take(MostNames);

    public bool MoreNamed(string permission) => ByName[permission].Count() > MostNames;

    public static readonly (Role Role, string What)[] All =
    [
        (Role.Viewer, "Reads what the own teams have, and everyone's."),
        (Role.Member, "Reads and writes there, where the team lets them write."),
        (Role.Admin, "Sees every team and does everything."),
    ];

    public async Task OnGet(CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Roles", ("Admin", "/admin"), ("People", "/admin/people"));
        ByName = await grants.All(MostNames + 1, cancel);
    }
}
