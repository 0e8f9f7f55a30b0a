using Crucible.Host.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

internal sealed class SignOutModel : AccountPage
{
    public async Task<IActionResult> OnPost()
    {
        await HttpContext.SignOutAsync(SessionAuthentication.Name);
        if (Request.Headers.ContainsKey("HX-Request"))
        {
            Response.Headers["HX-Redirect"] = "/account/sign-in";
            return StatusCode(StatusCodes.Status204NoContent);
        }
        return LocalRedirect("/account/sign-in");
    }
}
