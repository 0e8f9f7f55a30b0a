using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

/// <summary>Sets a new password by a one-time link. A password that is refused does not spend the link; two-factor is asked for as ever.</summary>
[AllowAnonymous]
internal sealed class ResetModel(LinkStore links, PersonStore persons, Accounts accounts, SecondStep steps) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? Next { get; set; }

    public async Task<IActionResult> OnPost(CancellationToken cancel)
    {
        if (await links.Look(LinkKinds.Reset, Code, cancel) is not { } id || await persons.Find(id, cancel) is not { Disabled: false } person)
            return Refused(nameof(Code), "This link is spent, too old, or not one of ours. Ask an admin for a new one.");
        if (PasswordRules.Fault(person.UserName, Next ?? "") is { } fault)
            return Refused(nameof(Next), fault);
        if (await links.Spend(LinkKinds.Reset, Code, cancel) is null)
            return Refused(nameof(Code), "This link was used a moment ago.");
        if (await accounts.SetPassword(Visitors.Themselves(person, ClientAddress.Of(HttpContext)), person, Next!) is { Succeeded: false } refused)
            return Refused(nameof(Next), string.Join(' ', refused.Errors.Select(e => e.Description)));
        await accounts.ResetAccessFailedCountAsync(person);
        return LocalRedirect(await steps.Proceed(HttpContext, person, "reset link", "/account"));
    }

    private PageResult Refused(string field, string why)
    {
        ModelState.AddModelError(field, why);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}
