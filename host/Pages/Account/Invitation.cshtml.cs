using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

/// <summary>Accepts an invitation: a name, a password, and the offer of two-factor. Looking spends nothing.</summary>
[AllowAnonymous]
internal sealed class InvitationModel(InvitationStore invitations, PersonStore persons, Accounts accounts, SecondStep steps) : PageModel
{
    private const string Over = "This invitation was used, revoked, is too old, or not one of ours. Ask for a new one.";

    public Invitation? Offer { get; private set; }

    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? UserName { get; set; }

    [BindProperty]
    public string? DisplayName { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    public async Task<IActionResult> OnPostOpen(CancellationToken cancel)
    {
        Offer = await invitations.Look(Code, cancel);
        return Offer is null ? Refused(nameof(Code), Over) : Page();
    }

    public async Task<IActionResult> OnPostAccept(CancellationToken cancel)
    {
        Offer = await invitations.Look(Code, cancel);
        if (Offer is null)
            return Refused(nameof(Code), Over);
        if (DisplayName?.Trim() is not { Length: >= 1 and <= 80 } name || name.Any(char.IsControl))
            return Refused(nameof(DisplayName), "Use 1 to 80 characters.");
        if ((Offer.UserName ?? UserName?.Trim()) is not { Length: >= 2 and <= 80 } userName)
            return Refused(nameof(UserName), "Use 2 to 80 characters.");
        if (PasswordRules.Fault(userName, Password ?? "") is { } fault)
            return Refused(nameof(Password), fault);
        var person = Offer.PersonId is { } id ? await persons.Find(id, cancel) : new() { UserName = userName, DisplayName = name };
        if (person is null || person.PasswordHash is not null)
            return Refused(nameof(Code), Over);
        if (Offer.PersonId is null && await accounts.NameFault(person) is { } taken)
            return Refused(nameof(UserName), taken);
        (person.DisplayName, person.PasswordHash, person.SecurityStamp) = (name, accounts.PasswordHasher.HashPassword(person, Password!), Secret.New());
        switch (await invitations.Accept(person, Code, ClientAddress.Of(HttpContext), cancel))
        {
            case AcceptOutcome.Over:
                Offer = null;
                return Refused(nameof(Code), Over);
            case AcceptOutcome.NameTaken:
                return Refused(nameof(UserName), $"The user name {userName} is taken. Choose another one.");
        }
        var next = await steps.Proceed(HttpContext, person, "invitation", "/account/two-factor");
        TempData["Notice"] = $"Welcome, {name}. You are signed in. Two-factor is optional, and worth a minute.";
        return LocalRedirect(next);
    }

    private PageResult Refused(string field, string why)
    {
        ModelState.AddModelError(field, why);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}
