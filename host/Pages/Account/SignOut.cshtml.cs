using Crucible.Host.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

internal sealed class SignOutModel : AccountPage
{
    public async Task<IActionResult> OnPost()
    {
        await HttpContext.SignOutAsync(SessionAuthentication.Name);
        return LocalRedirect("/account/sign-in");
    }
}
