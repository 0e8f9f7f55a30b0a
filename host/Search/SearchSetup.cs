using Crucible.Host.People;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Search;

/// <summary>The palette's services and where it says what was chosen.</summary>
internal static class SearchSetup
{
    public static void AddSearch(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<Places>().AddSingleton<PickStore>().AddSingleton<PersonSearchStore>().AddSingleton<JobSearch>().AddSingleton<Finder>();

    public static void MapSearch(this WebApplication app) => app.MapPost("/search/picks", Pick).ExcludeFromDescription();

    private static async Task<IResult> Pick([FromForm] string url, HttpContext http, PickStore picks, CancellationToken cancel)
    {
        if (Access.Of(http) is not { Credential: { Kind: CredentialKind.Session } proof })
            return Results.Forbid();
        // An address of this site; what it leads to is asked when it is shown.
        if (url is not ['/', ..] || url is ['/', '/' or '\\', ..] || url.Length > PickStore.LongestUrl || url.Any(char.IsControl))
            return Results.BadRequest();
        await picks.Add(proof.PersonId, url, cancel);
        return Results.NoContent();
    }
}
