using Crucible.Host.Search;
using Crucible.People;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages;

/// <summary>What the palette asks at every key, and the same as a page.</summary>
internal sealed class SearchModel(Finder finder) : PageModel
{
    public Findings Found { get; private set; } = null!;

    public bool ForPalette => Request.Headers.ContainsKey("HX-Request");

    public async Task OnGet(string? q, CancellationToken cancel)
    {
        if (ForPalette)
            Response.Headers.CacheControl = "no-store";
        Found = await finder.Find(Actor.Of(HttpContext), q, cancel);
    }
}
