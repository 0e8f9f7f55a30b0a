using Crucible.Host.People;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Security;

/// <summary>
/// Asks every unsafe request that a cookie signed in for an antiforgery token, so that an endpoint cannot be forgotten. Razor
/// Pages do it themselves; an endpoint opts out with <c>DisableAntiforgery()</c>.
/// </summary>
internal sealed class FormTokenCheck(RequestDelegate next, IAntiforgery antiforgery, ILogger<FormTokenCheck> log)
{
    public async Task Invoke(HttpContext http)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata is not null && !OriginCheck.IsSafe(http.Request.Method)
            && Access.Of(http)?.Credential.Kind == CredentialKind.Session
            && metadata.GetMetadata<PageActionDescriptor>() is null
            && metadata.GetMetadata<IAntiforgeryMetadata>()?.RequiresValidation != false
            && !await antiforgery.IsRequestValidAsync(http))
        {
            log.RequestRefused(http.Request.Method, Challenges.LogPath(http.Request), ClientAddress.Of(http), "no valid antiforgery token");
            await Challenges.Problem(http, StatusCodes.Status400BadRequest, "The page is out of date",
                "Reload it and try again. Scripts use an API token instead of a cookie.");
            return;
        }
        await next(http);
    }
}
