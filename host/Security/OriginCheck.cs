using Crucible.Host.People;

namespace Crucible.Host.Security;

/// <summary>
/// Refuses what another site made a browser send. Applies to every request that may change something, except by a Bearer
/// token, which no browser adds by itself: a cookie is, and so is a password once typed into the browser's Basic prompt.
/// Programs send neither header and pass.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next, ILogger<OriginCheck> log)
{
    public Task Invoke(HttpContext http)
    {
        var request = http.Request;
        if (IsSafe(request.Method) || TokenAuthentication.IsBearer(request) || Fault(request) is not { } fault)
            return next(http);
        log.RequestRefused(request.Method, Challenges.LogPath(request), ClientAddress.Of(http), fault);
        return Challenges.Problem(http, StatusCodes.Status403Forbidden, "Refused: sent from another site",
            "Open Crucible itself and try again. Behind a proxy, let it pass the Host header on, or send X-Forwarded-Host.");
    }

    public static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static string? Fault(HttpRequest request)
    {
        // "none" is the person's own doing: a bookmark, the address bar.
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site and not ("same-origin" or "none"))
            return $"Sec-Fetch-Site {(site is "cross-site" or "same-site" ? site : "unknown")}";
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            return "another Origin";
        return null;
    }
}
