using Crucible.Host.People;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Account;

/// <summary>Keeps the width of the rail with the person.</summary>
internal sealed class RailModel(PersonStore persons) : AccountPage
{
    public IActionResult OnGet() => LocalRedirect("/account");

    public async Task<IActionResult> OnPost(string? rail, CancellationToken cancel)
    {
        if (rail is not ("auto" or "wide" or "narrow"))
            return BadRequest();
        await persons.SetRail(PersonId, rail, cancel);
        return Request.Headers.ContainsKey("HX-Request") ? StatusCode(StatusCodes.Status204NoContent) : LocalRedirect("/account");
    }
}
