using Crucible.Host.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin;

/// <summary>Every team, and a new one.</summary>
[Authorize("crucible.people")]
internal sealed class TeamsModel(TeamStore teams) : PeoplePage
{
    public IReadOnlyList<TeamLine> Found { get; private set; } = [];
    public string Text { get; private set; } = "";
    public bool IsFirst { get; private set; }

    public IEnumerable<TeamLine> Shown => Found.Take(TeamStore.Page);

    public string? Next => Found.Count > TeamStore.Page ? "/admin/people/teams" + QueryString.Create("q", Text).Add("after", $"{Found[TeamStore.Page - 1].Id}") : null;

    [BindProperty]
    public string? Name { get; set; }

    public Task OnGet(string? q, Guid? after, CancellationToken cancel) => Load(q, after, cancel);

    public async Task<IActionResult> OnPostCreate(CancellationToken cancel)
    {
        if (TeamNames.Fault(Name) is { } wrong)
            Refuse(nameof(Name), wrong);
        else if (await teams.Create(Actor, Name!, cancel) is { } team)
            return Done($"The team {team.Name} is there. Add its first members.", $"/admin/people/teams/{team.Id}");
        else
            Refuse(nameof(Name), "This name is taken.");
        await Load(null, null, cancel);
        return Page();
    }

    private async Task Load(string? q, Guid? after, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Teams", ("Admin", "/admin"), ("People", "/admin/people"));
        Text = q?.Trim() is { Length: > 0 } text ? text[..Math.Min(text.Length, 100)] : "";
        (Found, IsFirst) = (await teams.List(Text, after, cancel), after is null);
    }
}

/// <summary>What a team may be called.</summary>
internal static class TeamNames
{
    public static string? Fault(string? name) => name?.Trim() is { Length: >= 1 and <= 80 } given && !given.Any(char.IsControl) ? null : "Use 1 to 80 characters.";
}
