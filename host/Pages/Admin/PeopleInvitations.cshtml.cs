using Crucible.Host.People;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin;

/// <summary>Invitations: a new one, those that can still be used, and what became of the others.</summary>
[Authorize("crucible.people")]
internal sealed class InvitationsModel(InvitationStore invitations, PersonStore persons, TeamStore teams) : PeoplePage
{
    public static readonly (string Value, string Text)[] Lives = [("1", "for a day"), ("3", "for 3 days"), ("7", "for a week"), ("30", "for 30 days")];

    public IReadOnlyList<Invitation> Found { get; private set; } = [];
    public IReadOnlyList<Team> Teams { get; private set; } = [];
    public bool Ended { get; private set; }

    /// <summary>The link of a new invitation, shown this once.</summary>
    public string? Link { get; private set; }

    public IEnumerable<Invitation> Shown => Found.Take(InvitationStore.Page);
    public string? Next => Found.Count > InvitationStore.Page ? $"/admin/people/invitations?ended={(Ended ? "true" : "false")}&after={Found[InvitationStore.Page - 1].Id}" : null;

    [BindProperty]
    public string? UserName { get; set; }

    [BindProperty]
    public string? DisplayName { get; set; }

    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string Role { get; set; } = "member";

    [BindProperty]
    public string Days { get; set; } = "7";

    [BindProperty]
    public Guid[] Team { get; set; } = [];

    public Task OnGet(bool ended, Guid? after, CancellationToken cancel) => Load(ended, after, cancel);

    /// <summary>The page itself is the answer: the link is kept nowhere that a second request could read.</summary>
    public async Task<IActionResult> OnPostCreate(CancellationToken cancel)
    {
        if (await Offer(cancel) is { } offer)
        {
            var (outcome, path) = await invitations.Create(Actor, offer, Team, TimeSpan.FromDays(int.Parse(Days, System.Globalization.CultureInfo.InvariantCulture)), cancel);
            if (path is null)
                Refuse(nameof(Role), outcome.InWords());
            else
                Link = $"{Request.Scheme}://{Request.Host}{Request.PathBase}{path}";
        }
        await Load(false, null, cancel);
        return Page();
    }

    public async Task<IActionResult> OnPostRevoke([FromForm] Guid invitation, CancellationToken cancel) =>
        Done(await invitations.Revoke(Actor, invitation, cancel) ? "The invitation is revoked." : "The invitation was used or had ended.", "/admin/people/invitations");

    // Null when something is wrong with it, which then stands at its field.
    private async Task<Invitation?> Offer(CancellationToken cancel)
    {
        var (userName, email) = (Given(UserName), Given(Email));
        if (userName is not null && (userName.Length is < 2 or > 80 || !userName.All(c => char.IsAsciiLetterOrDigit(c) || "-._@+".Contains(c, StringComparison.Ordinal))))
            Refuse(nameof(UserName), "Use 2 to 80 letters, digits or any of - . _ @ +");
        else if (userName is not null && await persons.FindByName(userName, cancel) is not null)
            Refuse(nameof(UserName), "Somebody signs in by this name. A link for them is made on their own page.");
        else if (Given(DisplayName) is { } name && (name.Length > 80 || name.Any(char.IsControl)))
            Refuse(nameof(DisplayName), "Use at most 80 characters.");
        else if (email is not null && (email.Length > 254 || email.IndexOf('@', StringComparison.Ordinal) <= 0 || email.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))))
            Refuse(nameof(Email), "This is no e-mail address.");
        else if (email is not null && await persons.FindByEmail(email, cancel) is not null)
            Refuse(nameof(Email), PersonOutcome.Taken.InWords());
        else if (!Enum.TryParse<Role>(Role, true, out var role) || !Enum.IsDefined(role))
            Refuse(nameof(Role), "Choose one of the roles.");
        else if (Lives.All(l => l.Value != Days))
            Refuse(nameof(Days), "Choose one of the times offered.");
        else
            return new() { UserName = userName, DisplayName = Given(DisplayName), Email = email, Role = role };
        return null;
    }

    private static string? Given(string? text) => text?.Trim() is { Length: > 0 } given ? given : null;

    private async Task Load(bool ended, Guid? after, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Invitations", ("Admin", "/admin"), ("People", "/admin/people"));
        Ended = ended;
        Found = await invitations.List(!ended, after, cancel);
        Teams = [.. (await teams.All(cancel)).Where(t => t.Id != Actor.Everyone)];
    }
}
