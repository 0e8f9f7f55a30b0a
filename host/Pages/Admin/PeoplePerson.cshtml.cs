using Crucible.Host.Pages.Account;
using Crucible.Host.People;
using Crucible.Host.Security;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin;

/// <summary>The stores that know something of a person.</summary>
internal sealed class PersonFile(PersonStore persons, TeamStore teams, GrantStore grants, SessionStore sessions, TokenStore tokens, ExternalIdentityStore identities, TrailStore trail, LinkStore links, InvitationStore invitations)
{
    public PersonStore Persons => persons;
    public TeamStore Teams => teams;
    public GrantStore Grants => grants;
    public SessionStore Sessions => sessions;
    public TokenStore Tokens => tokens;
    public ExternalIdentityStore Identities => identities;
    public TrailStore Trail => trail;
    public LinkStore Links => links;
    public InvitationStore Invitations => invitations;
}

/// <summary>One person: what they may do, how they come in, and what was done by and to them.</summary>
[Authorize("crucible.people")]
internal sealed class PersonModel(PersonFile file, Permissions permissions, TimeProvider time) : PeoplePage
{
    private const int Lines = 15;
    private static readonly TimeSpan LinkLife = TimeSpan.FromHours(24);

    public Person Person { get; private set; } = null!;
    public IReadOnlyList<Membership> Teams { get; private set; } = [];
    public IReadOnlyList<Team> OtherTeams { get; private set; } = [];
    public IReadOnlyList<Grant> Grants { get; private set; } = [];
    public IReadOnlyList<Crucible.Modules.Permission> Givable { get; private set; } = [];
    public SessionsView Sessions { get; private set; } = null!;
    public TokenList Tokens { get; private set; } = null!;
    public IReadOnlyList<ExternalIdentity> Identities { get; private set; } = [];
    public IReadOnlyList<TrailLine> Trail { get; private set; } = [];

    /// <summary>A link to be passed on, shown this once.</summary>
    public string? Link { get; private set; }
    public bool IsSelf => Actor.PersonId == Person.Id;
    public TimeSpan? Locked => Person.LockedUntil - time.GetUtcNow() is { Ticks: > 0 } left ? left : null;
    public string LockedInWords => Locked is { } left ? Challenges.InWords(left) : "";

    public async Task<IActionResult> OnGet([FromRoute] Guid id, Guid? after, CancellationToken cancel) => await Show(id, after, cancel);

    public async Task<IActionResult> OnPostRole([FromRoute] Guid id, [FromForm] string? role, CancellationToken cancel) =>
        Enum.TryParse<Role>(role, true, out var wanted) && Enum.IsDefined(wanted)
            ? await After(id, "Role", await file.Persons.SetRole(Actor, id, wanted, cancel), $"The role is {PersonStore.Text(wanted)} now. Sessions have ended.", cancel)
            : BadRequest();

    public async Task<IActionResult> OnPostEmail([FromRoute] Guid id, [FromForm] string? email, CancellationToken cancel)
    {
        var given = email?.Trim() is { Length: > 0 } text ? text : null;
        if (given is { Length: > 254 } || given?.IndexOf('@', StringComparison.Ordinal) is <= 0 || given?.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) == true)
        {
            Refuse("Email", "This is no e-mail address.");
            return await Show(id, null, cancel);
        }
        return await After(id, "Email", await file.Persons.SetEmail(Actor, id, given, cancel), given is null ? "The e-mail is removed." : "The e-mail is saved.", cancel);
    }

    public async Task<IActionResult> OnPostDisable([FromRoute] Guid id, CancellationToken cancel) =>
        await After(id, "Person", await file.Persons.Disable(Actor, id, cancel), "Disabled. Sessions have ended and tokens are refused, until enabled again.", cancel);

    public async Task<IActionResult> OnPostEnable([FromRoute] Guid id, CancellationToken cancel) =>
        await After(id, "Person", await file.Persons.Enable(Actor, id, cancel), "Enabled. Tokens that have not expired work again.", cancel);

    public async Task<IActionResult> OnPostUnlock([FromRoute] Guid id, CancellationToken cancel) =>
        await After(id, "Person", await file.Persons.Unlock(Actor, id, cancel), "Unlocked, and the failed attempts are forgotten.", cancel);

    public async Task<IActionResult> OnPostSignOut([FromRoute] Guid id, CancellationToken cancel) =>
        await After(id, "Person", await file.Persons.SignOutEverywhere(Actor, id, cancel), "Signed out everywhere.", cancel);

    public async Task<IActionResult> OnPostResetTwoFactor([FromRoute] Guid id, CancellationToken cancel) =>
        await After(id, "Person", await file.Persons.ResetTwoFactor(Actor, id, cancel), "Two-factor is off and the recovery codes are gone. Sessions have ended.", cancel);

    public async Task<IActionResult> OnPostGive([FromRoute] Guid id, [FromForm] string? permission, CancellationToken cancel) =>
        await After(id, "Grant", await file.Grants.Give(Actor, id, permission ?? "", cancel), $"{permission} is granted.", cancel);

    public async Task<IActionResult> OnPostTake([FromRoute] Guid id, [FromForm] string? permission, CancellationToken cancel) =>
        await After(id, "Grant", await file.Grants.Take(Actor, id, permission ?? "", cancel), $"{permission} is taken away.", cancel);

    public async Task<IActionResult> OnPostJoin([FromRoute] Guid id, [FromForm] Guid team, [FromForm] bool writes, CancellationToken cancel)
    {
        if (await Guard(id, cancel) is { } refused)
            return refused;
        await file.Teams.Add(Actor, team, id, writes, cancel);
        return Done("Team saved.", Here(id));
    }

    public async Task<IActionResult> OnPostLeave([FromRoute] Guid id, [FromForm] Guid team, CancellationToken cancel)
    {
        if (await Guard(id, cancel) is { } refused)
            return refused;
        await file.Teams.Remove(Actor, team, id, cancel);
        return Done("Taken out of the team.", Here(id));
    }

    public async Task<IActionResult> OnPostEndSession([FromRoute] Guid id, [FromForm] string? session, CancellationToken cancel)
    {
        if (await Guard(id, cancel) is { } refused)
            return refused;
        return Done(await file.Sessions.EndOne(Actor, id, session ?? "", cancel) ? "That session has ended." : "That session had ended already.", Here(id));
    }

    public async Task<IActionResult> OnPostRevoke([FromRoute] Guid id, [FromForm] Guid token, CancellationToken cancel)
    {
        if (await Guard(id, cancel) is { } refused)
            return refused;
        return Done(await file.Tokens.Revoke(Actor, id, token, cancel) ? "The token is revoked." : "The token was revoked already.", Here(id));
    }

    /// <summary>The page itself is the answer: the link is kept nowhere that a second request could read.</summary>
    public async Task<IActionResult> OnPostLink([FromRoute] Guid id, CancellationToken cancel)
    {
        if (await Guard(id, cancel) is { } refused)
            return refused;
        var person = (await file.Persons.Find(id, cancel))!;
        var path = person.PasswordHash is null
            ? (await file.Invitations.Create(Actor, new() { PersonId = id, UserName = person.UserName, Role = person.Role }, [], LinkLife, cancel)).Link
            : await file.Links.CreateReset(Actor, id, LinkLife, cancel);
        Link = $"{Request.Scheme}://{Request.Host}{Request.PathBase}{path}";
        return await Show(id, null, cancel);
    }

    private async Task<IActionResult> After(Guid id, string field, PersonOutcome outcome, string done, CancellationToken cancel)
    {
        if (outcome == PersonOutcome.Done)
            return Done(done, Here(id));
        Refuse(field, outcome.InWords());
        return await Show(id, null, cancel);
    }

    // For what the stores do not ask themselves: nobody reaches into the account of somebody who reaches further.
    private async Task<IActionResult?> Guard(Guid id, CancellationToken cancel)
    {
        if (await file.Persons.Find(id, cancel) is not { } person)
            return NotFound();
        if (permissions.Covers(Actor, person.Role, (await file.Grants.Of(id, cancel)).Select(g => g.Permission)))
            return null;
        return await After(id, "Person", PersonOutcome.Beyond, "", cancel);
    }

    private async Task<IActionResult> Show(Guid id, Guid? after, CancellationToken cancel)
    {
        if (await file.Persons.Find(id, cancel) is not { } person)
            return NotFound();
        Person = person;
        Shell.Of(HttpContext).Page(person.DisplayName, ("Admin", "/admin"), ("People", "/admin/people"));
        (Teams, Grants) = (await file.Teams.Of(id, cancel), await file.Grants.Of(id, cancel));
        OtherTeams = [.. (await file.Teams.All(cancel)).Where(t => t.Id != Actor.Everyone && Teams.All(m => m.TeamId != t.Id))];
        Givable = [.. permissions.All.Where(p => p.Least > person.Role && Grants.All(g => g.Permission != p.Name) && permissions.Allows(Actor, p.Name)).OrderBy(p => p.Name, StringComparer.Ordinal)];
        Sessions = new(await file.Sessions.Of(id, cancel), Access.Of(HttpContext)?.Credential.SessionId, IsSelf);
        Tokens = new(await file.Tokens.Of(id, after, cancel), time.GetUtcNow(), Here(id));
        Identities = await file.Identities.Of(id, cancel);
        Trail = await file.Trail.Of(person, Lines, cancel);
        return Page();
    }

    private static string Here(Guid id) => $"/admin/people/{id}";
}
