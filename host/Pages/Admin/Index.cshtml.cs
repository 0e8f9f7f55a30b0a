using Crucible.Host.Security;
using Crucible.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin;

/// <summary>Leads to the first admin page that is open to whoever asks.</summary>
internal sealed class AdminModel(Permissions permissions) : PageModel
{
    public IActionResult OnGet() =>
        AdminPages.For(Actor.Of(HttpContext), permissions, "/admin") is [var first, ..] ? LocalRedirect(first.Url) : Forbid();
}
