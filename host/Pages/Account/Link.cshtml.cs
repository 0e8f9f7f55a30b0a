using Crucible.Host.People;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

[AllowAnonymous]
internal sealed class LinkModel(LinkStore links, PersonStore persons, SecondStep steps) : PageModel
{
    /// <summary>Moves the code out of the address, where a glance or the history would find it, into the form.</summary>
    internal const string Script = """
        const code = document.getElementById("account-code")
        if (code && location.hash.length > 1) {
          code.value = location.hash.slice(1)
          history.replaceState(null, "", location.pathname)
        }
        """;

    [BindProperty]
    public string? Code { get; set; }

    public async Task<IActionResult> OnPost(CancellationToken cancel)
    {
        var id = await links.Spend(LinkKinds.SignIn, Code, cancel);
        if (id is null || await persons.Find(id.Value, cancel) is not { Disabled: false } person)
        {
            ModelState.AddModelError(nameof(Code), "This link is spent, older than a day, or not one of ours. A restart prints a new one while nobody has signed in.");
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        return LocalRedirect(await steps.Proceed(HttpContext, person, "link", "/account"));
    }
}
