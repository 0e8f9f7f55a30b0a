using Crucible.Host.People;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

internal sealed class ThemeModel(PersonStore persons) : AccountPage
{
    public IActionResult OnGet() => LocalRedirect("/account");

    public async Task<IActionResult> OnPost(string? theme, string? returnUrl, CancellationToken cancel)
    {
        if (theme is not ("auto" or "dark" or "light"))
            return BadRequest();
        await persons.SetTheme(PersonId, theme, cancel);
        return Request.Headers.ContainsKey("HX-Request") ? StatusCode(StatusCodes.Status204NoContent)
            : LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/account");
    }
}
