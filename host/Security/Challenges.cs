using System.Globalization;
using Crucible.Host.People;
using Crucible.Modules;
using Crucible.People;
using Microsoft.Extensions.Primitives;

namespace Crucible.Host.Security;

/// <summary>
/// How "who are you?", "you may not" and "not so fast" are said to a person and to a program.
/// </summary>
internal static class Challenges
{
    public const string SignInPath = "/account/sign-in";

    private static readonly StringValues Bearer = "Bearer realm=\"Crucible\"";
    private static readonly StringValues BasicOrBearer = new(["Basic realm=\"Crucible\", charset=\"UTF-8\"", "Bearer realm=\"Crucible\""]);

    /// <summary>Nobody is signed in: people go to the sign-in page, programs learn which credentials are taken.</summary>
    public static Task SignIn(HttpContext http)
    {
        var request = http.Request;
        if (request.Headers.ContainsKey("HX-Request"))
        {
            // Swapping a sign-in page into a table cell helps nobody: the whole page goes there and comes back.
            var from = Uri.TryCreate(request.Headers["HX-Current-URL"], UriKind.Absolute, out var url) ? url.PathAndQuery : "/";
            http.Response.Headers["HX-Redirect"] = SignInPath + QueryString.Create("returnUrl", from);
            return Credential(http);
        }
        if (!IsPage(request))
            return Credential(http);
        var back = HttpMethods.IsGet(request.Method) ? request.PathBase + request.Path + request.QueryString : "/";
        http.Response.Redirect(request.PathBase + SignInPath + (back == "/" ? default : QueryString.Create("returnUrl", back)));
        return Task.CompletedTask;
    }

    /// <summary>401 with what would be taken. A browser's own scripts are not offered Basic: it would open a password prompt.</summary>
    public static Task Credential(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        var byScript = http.Request.Headers.ContainsKey("HX-Request") || http.Request.Headers.ContainsKey("Sec-Fetch-Mode");
        http.Response.Headers.WWWAuthenticate = byScript ? Bearer : BasicOrBearer;
        return Task.CompletedTask;
    }

    /// <summary>401 to a program whose password is right but not enough: nobody can type a code into a program.</summary>
    public static async Task NeedsToken(HttpContext http)
    {
        await Credential(http);
        await Problem(http, StatusCodes.Status401Unauthorized, "Two-factor is on for this account",
            "A program cannot sign in with its password. Make an API token under Account, API tokens, and send that as the password.");
    }

    /// <summary>429: come back later.</summary>
    public static Task Wait(HttpContext http, TimeSpan wait)
    {
        SetRetryAfter(http, wait);
        return Problem(http, StatusCodes.Status429TooManyRequests, "Too many attempts", $"Try again in {InWords(wait)}.");
    }

    /// <summary>403: known, but not allowed.</summary>
    public static async Task Forbid(HttpContext http)
    {
        var log = http.RequestServices.GetRequiredService<ILogger<Actor>>();
        log.Forbidden(http.Features.Get<Actor>()?.UserName ?? "nobody", http.Request.Method, LogPath(http.Request), ClientAddress.Of(http));
        if (http.Features.Get<Actor>() is { } actor)
            await http.RequestServices.GetRequiredService<RefusalTrail>().Add(actor, http.Request.Method, LogPath(http.Request));
        await Problem(http, StatusCodes.Status403Forbidden, "Not allowed", "Your role or your token does not reach this. An admin can change that.");
    }

    /// <summary>A problem document for programs; for pages the bare status, which the host's error page fills.</summary>
    public static Task Problem(HttpContext http, int status, string title, string detail)
    {
        http.Response.StatusCode = status;
        if (http.GetEndpoint()?.Metadata.GetMetadata<IRefusalForm>() is { } form)
            return form.Write(http, $"{title}. {detail}");
        return IsPage(http.Request) ? Task.CompletedTask : TypedResults.Problem(detail, statusCode: status, title: title).ExecuteAsync(http);
    }

    public static void SetRetryAfter(HttpContext http, TimeSpan wait) =>
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    public static string InWords(TimeSpan wait) => wait.TotalSeconds <= 90
        ? $"{Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))} seconds"
        : $"{(int)Math.Ceiling(wait.TotalMinutes)} minutes";

    /// <summary>A path as it may stand in a log: of one line, and not endless.</summary>
    public static string LogPath(HttpRequest request)
    {
        var path = request.Path.ToUriComponent();
        return path.Length > 200 ? path[..200] : path;
    }

    // A person following a link or posting a form, as opposed to a script or a program.
    private static bool IsPage(HttpRequest request) =>
        !request.Headers.ContainsKey("HX-Request")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && request.Headers["Sec-Fetch-Mode"].ToString() is "" or "navigate";
}
