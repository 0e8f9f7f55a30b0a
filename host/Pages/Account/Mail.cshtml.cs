using Crucible.Host.Mail;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>Where the link leads that proves a mail address. It takes the session of whoever asked for it.</summary>
internal sealed class MailModel(MailAddressStore addresses) : AccountPage
{
    [BindProperty]
    public string? Code { get; set; }

    public async Task<IActionResult> OnPost(CancellationToken cancel)
    {
        if (await addresses.Prove(Actor, PersonId, Code?.Trim().TrimStart('#') ?? "", cancel) is not null)
            return LocalRedirect("/account/notices/settings?done=proved");
        ModelState.AddModelError(nameof(Code), "This link is spent, older than a day, or was asked for by somebody else. Ask for another one on your settings page.");
        return Refused();
    }
}
