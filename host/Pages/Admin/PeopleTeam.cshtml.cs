using Crucible.Host.People;
using Crucible.Host.Security;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin;

/// <summary>One team: its name, its members, its end.</summary>
[Authorize("crucible.people")]
internal sealed class TeamModel(TeamStore teams, TeamRemovalStore removal, PersonStore persons, GrantStore grants, Permissions permissions) : PeoplePage
{
    public Team Team { get; private set; } = null!;
    public IReadOnlyList<Member> Found { get; private set; } = [];
    public IEnumerable<Member> Shown => Found.Take(TeamStore.Page);
    public string? Next => Found.Count > TeamStore.Page ? $"{Here}?after={Found[TeamStore.Page - 1].PersonId}" : null;

    /// <summary>Why it was not deleted: what belongs to it, a table each.</summary>
    public IReadOnlyList<TeamThings> Things { get; private set; } = [];

    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? UserName { get; set; }

    public Task<IActionResult> OnGet([FromRoute] Guid id, Guid? after, CancellationToken cancel) => Show(id, after, cancel);

    public async Task<IActionResult> OnPostRename([FromRoute] Guid id, CancellationToken cancel)
    {
        if (TeamNames.Fault(Name) is { } wrong)
            Refuse(nameof(Name), wrong);
        else if (await teams.Rename(Actor, id, Name!.Trim(), cancel))
            return Done("Name saved.", Address(id));
        else
            Refuse(nameof(Name), "This name is taken.");
        return await Show(id, null, cancel);
    }

    public async Task<IActionResult> OnPostAdd([FromRoute] Guid id, [FromForm] bool writes, CancellationToken cancel)
    {
        if (await persons.FindByName(UserName?.Trim() ?? "", cancel) is not { } person)
            Refuse(nameof(UserName), "Nobody signs in by this name.");
        else if (await Covered(person, cancel))
        {
            await teams.Add(Actor, id, person.Id, writes, cancel);
            return Done($"{person.DisplayName} is in the team.", Address(id));
        }
        return await Show(id, null, cancel);
    }

    public async Task<IActionResult> OnPostSet([FromRoute] Guid id, [FromForm] Guid person, [FromForm] bool writes, CancellationToken cancel)
    {
        if (await persons.Find(person, cancel) is not { } member)
            return NotFound();
        if (!await Covered(member, cancel))
            return await Show(id, null, cancel);
        await teams.Add(Actor, id, person, writes, cancel);
        return Done("Member saved.", Address(id));
    }

    public async Task<IActionResult> OnPostRemove([FromRoute] Guid id, [FromForm] Guid person, CancellationToken cancel)
    {
        if (await persons.Find(person, cancel) is not { } member)
            return NotFound();
        if (!await Covered(member, cancel))
            return await Show(id, null, cancel);
        await teams.Remove(Actor, id, person, cancel);
        return Done($"{member.DisplayName} is taken out of the team.", Address(id));
    }

    public async Task<IActionResult> OnPostDelete([FromRoute] Guid id, CancellationToken cancel)
    {
        if (id == Actor.Everyone)
            return NotFound();
        Things = await removal.Delete(Actor, id, cancel);
        if (Things.Count == 0)
            return Done("The team is deleted.", "/admin/people/teams");
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await Show(id, null, cancel);
    }

    private async Task<bool> Covered(Person person, CancellationToken cancel)
    {
        if (permissions.Covers(Actor, person.Role, (await grants.Of(person.Id, cancel)).Select(g => g.Permission)))
            return true;
        Refuse(nameof(UserName), PersonOutcome.Beyond.InWords());
        return false;
    }

    private async Task<IActionResult> Show(Guid id, Guid? after, CancellationToken cancel)
    {
        // Everybody is in the team "everyone" by being here: there is nothing to change.
        if (id == Actor.Everyone || await teams.Find(id, cancel) is not { } team)
            return NotFound();
        Team = team;
        Shell.Of(HttpContext).Page(team.Name, ("Admin", "/admin"), ("People", "/admin/people"), ("Teams", "/admin/people/teams"));
        Found = await teams.Members(id, after, cancel);
        return Page();
    }

    private string Here => Address(Team.Id);

    private static string Address(Guid id) => $"/admin/people/teams/{id}";
}
