using Crucible.Modules;
using Crucible.People;

namespace Crucible.Host;

/// <summary>What goes wrong is logged once with its reference, shown to people as one page and to programs as problem details.</summary>
internal static class Errors
{
    public static void UseErrors(this WebApplication app) => app.Use(async (http, next) =>
    {
        var reference = (string?)null;
        try
        {
            await next(http);
            if (http.Response is not { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
                return;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            http.Response.Clear();
            http.Response.StatusCode = fault is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
            if (http.Response.StatusCode >= 500)
            {
                reference = http.TraceIdentifier;
                app.Logger.LogError(fault, "{Method} {Path} failed for {Actor}, reference {Reference}",
                    http.Request.Method, http.Request.Path.Value, http.Features.Get<Actor>()?.UserName ?? "nobody", reference);
            }
        }
        await Show(http, next, new(http.Response.StatusCode, reference, http.Request.Path));
    });

    private static async Task Show(HttpContext http, RequestDelegate next, Mishap mishap)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IRefusalForm>() is { } form)
        {
            await form.Write(http, null);
            return;
        }
        if (!WantsPage(http.Request))
        {
            await Results.Problem(statusCode: mishap.Status,
                extensions: mishap.Reference is { } reference ? new Dictionary<string, object?> { ["reference"] = reference } : null).ExecuteAsync(http);
            return;
        }
        http.Features.Set(mishap);
        http.Request.Path = "/error";
        http.Request.Method = HttpMethods.Get;
        http.SetEndpoint(null);
        http.Request.RouteValues.Clear();
        try
        {
            await next(http);
        }
        catch (Exception) when (!http.Response.HasStarted)
        {
            // The page itself needs the database, which may be what failed: the first fault is already in the log.
            http.Response.StatusCode = mishap.Status;
            http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.WriteAsync($"{mishap.Sentence} Reference {mishap.Reference}.");
        }
    }

    /// <summary>A browser that shows a page, rather than a program or a script of a page.</summary>
    public static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
        && !request.Headers.ContainsKey("HX-Request")
        && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/ajax-api") && !request.Path.StartsWithSegments("/live");
}

/// <summary>What the error page is to show.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Reference">What to look for in the log; null where nothing was logged.</param>
/// <param name="Path">What was asked for.</param>
internal sealed record Mishap(int Status, string? Reference, string Path)
{
    public string Title => Status switch
    {
        401 => "Sign in first",
        403 => "Not allowed",
        404 => "Not found",
        429 => "Too many requests",
        >= 500 => "Something failed here",
        _ => "That request cannot be answered",
    };

    public string Sentence => Status switch
    {
        401 => "This page needs a signed-in person.",
        403 => "You are signed in, but your role does not allow this. An admin can change that.",
        404 => "There is nothing at this address, or it belongs to a team you are not in. Check the address or go back to the list.",
        429 => "Wait a moment and try again.",
        >= 500 => "The fault is logged. Try again; if it stays, give an admin the reference.",
        _ => "Go back and try again.",
    };
}
