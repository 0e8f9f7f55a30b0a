using System.Text.Json;
using Crucible.Modules;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Api;

/// <summary>
/// Operations of <c>/api/v1</c>. What is told of them in <see cref="ApiDoc"/> is what they do: the host counts calls towards their
/// limits, answers repeated <c>Idempotency-Key</c>s, and makes the OpenAPI document at <c>/api/v1/openapi.json</c> and the page
/// <c>/api</c> from it. A cookie needs the antiforgery token in the header <c>RequestVerificationToken</c> for anything but GET.
/// </summary>
public static class ApiEndpoints
{
    /// <summary>Where they are.</summary>
    public const string Root = "/api/v1";

    /// <summary>Adds an operation.</summary>
    /// <param name="app">The plugin's endpoints.</param>
    /// <param name="method">GET, POST, PUT, PATCH or DELETE.</param>
    /// <param name="path">Below <see cref="Root"/>, without a slash at the start: <c>runs/{id}</c>.</param>
    /// <param name="handler">Answers a call.</param>
    /// <param name="doc">What it takes and answers.</param>
    public static void Api(this IEndpointRouteBuilder app, string method, string path, ApiHandler handler, ApiDoc doc)
    {
        Task Answer(HttpContext http) => Call(http, doc, handler);
        // As a Delegate and not a RequestDelegate: only those are described to the OpenAPI document.
        app.MapMethods($"{Root}/{path}", [method], (Delegate)Answer).WithMetadata(doc, new ApiForm());
    }

    private static async Task Call(HttpContext http, ApiDoc doc, ApiHandler handler)
    {
        var call = new ApiCall(http, doc);
        if ((call.ReadQuery() ?? await handler(call)) is { } refusal)
            await Refuse(http, refusal);
    }

    /// <summary>Answers a refusal.</summary>
    public static Task Refuse(HttpContext http, ApiError refusal)
    {
        http.Response.StatusCode = refusal.Status;
        return Write(http, refusal);
    }

    internal static async Task Write(HttpContext http, ApiError refusal)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new ApiRefusal(refusal), ApiJson.Options);
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json);
    }
}

/// <summary>The form of refusals below <c>/api/v1</c>, the host's own among them.</summary>
public sealed class ApiForm : IRefusalForm
{
    private const string Credential = "No valid credential came with this request: it is missing, wrong, expired or revoked. "
        + "Send Authorization: Bearer with an API token of your account page.";

    /// <inheritdoc/>
    public Task Write(HttpContext http, string? detail) => ApiEndpoints.Write(http, http.Response.StatusCode switch
    {
        401 => ApiError.Unauthorized(Credential),
        403 => ApiError.Forbidden(detail ?? "Your role or your token does not reach this."),
        404 => ApiError.NotFound(detail ?? "There is nothing at this address."),
        429 => ApiError.RateLimited(detail ?? "Too many requests. Wait as long as Retry-After says, and try again."),
        >= 500 => ApiError.Internal(http.TraceIdentifier),
        var status => new(status, "validation_error", detail ?? "This request cannot be answered."),
    });
}
