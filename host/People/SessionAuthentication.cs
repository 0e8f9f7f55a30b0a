using System.Security.Claims;
using System.Text.Encodings.Web;
using Crucible.Host.Notices;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Reads the session cookie. Its value is a random key and nothing else: no claims, nothing encrypted, so neither a
/// leaked table nor leaked Data Protection keys open a session.
/// </summary>
/// <remarks>
/// Not the framework's cookie handler over an <c>ITicketStore</c>: signing in again there renews the ticket under the
/// old key, and who planted that key in a browser would be signed in as the person (session fixation).
/// </remarks>
public sealed class SessionAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder,
    AccessStore access, SessionStore sessions) : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Name = "session";

    /// <summary>
    /// The cookie of this request. Browsers keep a <c>__Host-</c> cookie only over TLS, only for this very host and only
    /// from it; plain HTTP exists on loopback alone and goes without the prefix.
    /// </summary>
    public static string CookieName(HttpRequest request) => request.IsHttps ? "__Host-crucible" : "crucible";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[CookieName(Request)] is not { } key)
            return AuthenticateResult.NoResult();
        if (!Secret.IsOne(key) || await access.BySession(Secret.HashText(key), Context.RequestAborted) is not { } found)
            return AuthenticateResult.Fail("The session is over.");
        Context.Features.Set(found);
        return AuthenticateResult.Success(new(Principals.Of(found, Name), Name));
    }

    /// <summary>Always a new key: one that was known before a sign-in is worth nothing after it.</summary>
    protected override async Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        var person = properties?.GetParameter<Person>(nameof(Person)) ?? throw new InvalidOperationException("Sign in through Principals.Begin.");
        var way = properties.GetString(Principals.Way) ?? throw new InvalidOperationException("Sign in through Principals.Begin.");
        await EndOld();
        var key = await sessions.Begin(person, way, ClientAddress.Of(Context), Agent(), Context.RequestAborted);
        Response.Cookies.Append(CookieName(Request), key, Cookie());
        Logger.SignedIn(person.UserName, ClientAddress.Of(Context));
        // People stand by themselves in the tests of their rules; with notices beside them, owners hear of new places.
        if (Context.RequestServices.GetService<SignInPlaces>() is { } places)
            await places.Seen(person, Context.Connection.RemoteIpAddress, Agent(), Context.RequestAborted);
    }

    protected override async Task HandleSignOutAsync(AuthenticationProperties? properties)
    {
        await EndOld();
        Response.Cookies.Delete(CookieName(Request), Cookie());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Challenges.SignIn(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Challenges.Forbid(Context);

    private async Task EndOld()
    {
        var result = await AuthenticateAsync();
        if (result.Succeeded && Context.Features.Get<Access>() is { Credential.SessionId: { } id } old)
        {
            await sessions.End(old.Actor with { Origin = old.Credential.From(ClientAddress.Of(Context)) }, id, Context.RequestAborted);
            Logger.SignedOut(old.Actor.UserName, ClientAddress.Of(Context));
        }
    }

    private CookieOptions Cookie() => new() { HttpOnly = true, Secure = Request.IsHttps, SameSite = SameSiteMode.Lax, Path = "/" };

    private string Agent() => Request.Headers.UserAgent.ToString() is { Length: > 200 } agent ? agent[..200] : Request.Headers.UserAgent.ToString();
}
