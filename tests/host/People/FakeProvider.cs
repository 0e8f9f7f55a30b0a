using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Crucible.Host.Tests.People;

/// <summary>
/// A provider that speaks OAuth 2 and the part of OpenID Connect that is used, and checks what a real one checks: client, redirect
/// address, PKCE verifier, and that a code is good once.
/// </summary>
internal sealed class FakeProvider : IAsyncDisposable
{
    public const string ClientId = "crucible-tests", Secret = "the secret of these tests";

    private readonly ConcurrentDictionary<string, Issued> _codes = new();
    private readonly ConcurrentDictionary<string, Account> _tokens = new();
    private WebApplication _app = null!;

    public string Address => _app.Urls.Single();

    /// <summary>Who is signed in at the provider.</summary>
    public Account Account { get; set; } = new("sub-1", "ada@example.org", true, "Ada Lovelace", "ada");

    /// <summary>The person at the provider declines.</summary>
    public bool Declines { get; set; }

    /// <summary>The endpoint that answers 503, or never: <c>token</c>, <c>userinfo</c>, <c>openid-configuration</c>.</summary>
    public string? Down { get; set; }
    public string? Hangs { get; set; }

    /// <summary>How often userinfo was asked.</summary>
    public int Asked { get; private set; }

    public static async Task<FakeProvider> Start()
    {
        var provider = new FakeProvider();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = provider._app = builder.Build();
        app.Use(provider.Trouble);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, string>
        {
            ["issuer"] = provider.Address,
            ["authorization_endpoint"] = provider.Address + "/authorize",
            ["token_endpoint"] = provider.Address + "/token",
            ["userinfo_endpoint"] = provider.Address + "/userinfo",
        }));
        app.MapGet("/authorize", provider.Authorize);
        app.MapPost("/token", provider.Exchange).DisableAntiforgery();
        app.MapGet("/userinfo", provider.UserInfo);
        await app.StartAsync();
        return provider;
    }

    public (string, string)[] Settings(params (string Key, string Value)[] more) =>
        [("Crucible:OAuth:fake:Authority", Address), ("Crucible:OAuth:fake:Title", "Fake"), ("Crucible:OAuth:fake:ClientId", ClientId), ("Crucible:OAuth:fake:ClientSecret", Secret),
            .. more.Select(m => ($"Crucible:OAuth:fake:{m.Key}", m.Value))];

    /// <summary>What the provider answers to a browser that was sent there: where it sends it back to.</summary>
    public static async Task<Uri> Answer(Uri authorize)
    {
#pragma warning disable RS0030 // a browser from outside
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
#pragma warning restore RS0030
        using var response = await http.GetAsync(authorize);
        return response.Headers.Location ?? throw new InvalidOperationException($"The provider answered {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Trouble(HttpContext http, RequestDelegate next)
    {
        var name = http.Request.Path.Value!.Split('/')[^1];
        if (name == Hangs)
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else if (name == Down)
            http.Response.StatusCode = 503;
        else
            await next(http);
    }

    private IResult Authorize(HttpRequest request)
    {
        var query = request.Query;
        if (query["response_type"] != "code" || query["client_id"] != ClientId || query["code_challenge_method"] != "S256" || query["state"].ToString().Length < 20)
            return Results.BadRequest("not a code flow with PKCE and state");
        var back = query["redirect_uri"].ToString();
        if (Declines)
            return Results.Redirect(QueryHelpers.AddQueryString(back, new Dictionary<string, string?> { ["error"] = "access_denied", ["state"] = query["state"] }));
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = new(back, query["code_challenge"].ToString(), Account);
        return Results.Redirect(QueryHelpers.AddQueryString(back, new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"], ["iss"] = Address }));
    }

    private async Task<IResult> Exchange(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != Secret)
            return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        if (form["grant_type"] != "authorization_code" || !_codes.TryRemove(form["code"].ToString(), out var issued) || form["redirect_uri"] != issued.RedirectUri
            || WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != issued.Challenge)
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var token = Guid.NewGuid().ToString("N");
        _tokens[token] = issued.Account;
        return Results.Json(new { access_token = token, token_type = "Bearer", expires_in = 60 });
    }

    private IResult UserInfo(HttpRequest request)
    {
        Asked++;
        if (!_tokens.TryGetValue(request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), out var account))
            return Results.Unauthorized();
        return Results.Json(new Dictionary<string, object?> { ["sub"] = account.Subject, ["email"] = account.Email, ["email_verified"] = account.Verified, ["name"] = account.Name, ["preferred_username"] = account.UserName });
    }

    private sealed record Issued(string RedirectUri, string Challenge, Account Account);
}

/// <summary>Somebody at the provider.</summary>
internal sealed record Account(string Subject, string? Email, bool Verified, string? Name, string? UserName);
