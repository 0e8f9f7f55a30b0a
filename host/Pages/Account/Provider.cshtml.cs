using Crucible.Host.People;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

/// <summary>Sends the browser to a provider. By GET: it changes nothing here, and what comes back is bound to this browser.</summary>
[AllowAnonymous]
internal sealed class ProviderModel(ProviderSignIn providers) : PageModel
{
    public async Task<IActionResult> OnGet(string name, string? returnUrl)
    {
        if (providers.All.All(p => p.Name != name))
            return NotFound();
        return await providers.Begin(HttpContext, name, Url.IsLocalUrl(returnUrl) ? returnUrl : "/", null) is { } refusal ? LocalRedirect(refusal) : new EmptyResult();
    }
}
