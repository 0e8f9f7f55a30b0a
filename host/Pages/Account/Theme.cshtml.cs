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
        if (Request.Headers.ContainsKey("HX-Request"))
        {
            Response.Headers["HX-Trigger"] = $$$"""{"theme":{"target":"body","theme":"{{{theme}}}"}}""";
            return StatusCode(StatusCodes.Status204NoContent);
        }
        return LocalRedirect(Url.IsLocalUrl(returnUrl) ? returnUrl : "/account");
    }
}
