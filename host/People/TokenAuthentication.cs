using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Reads the <c>Authorization</c> header: a token as Bearer, a token as the password of Basic (any user name), or a
/// person's own name and password as Basic.
/// </summary>
public sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder,
    AccessCache cache) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Name = "token";

    /// <summary>Whether this request proves itself by a header that no browser adds by itself.</summary>
    public static bool IsBearer(HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    private PasswordOutcome _outcome;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var header) || header.Parameter is not { Length: > 0 } value)
            return AuthenticateResult.Fail("The Authorization header is neither Bearer nor Basic.");
        Access? found;
        if (header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
            found = await cache.ByToken(value, Refused);
        else if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && Basic(value) is (var name, var password))
            found = Secret.IsToken(password) ? await cache.ByToken(password, Refused) : await ByPassword(name, password);
        else
            return AuthenticateResult.Fail("The Authorization header is neither Bearer nor Basic.");
        if (found is null)
            return AuthenticateResult.Fail("The credential is wrong, expired or revoked.");
        Context.Features.Set(found);
        return AuthenticateResult.Success(new(Principals.Of(found, Name), Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        _outcome.Wait is { } wait ? Challenges.Wait(Context, wait)
            : _outcome.Person is { TwoFactor: true } ? Challenges.NeedsToken(Context)
            : Challenges.Credential(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Challenges.Forbid(Context);

    private async Task<Access?> ByPassword(string name, string password)
    {
        var check = Context.RequestServices.GetRequiredService<PasswordCheck>();
        (var found, _outcome) = await cache.ByPassword(name, password, () => check.Check(name, password, Context.Connection.RemoteIpAddress, "password"));
        return found;
    }

    private void Refused() => Logger.TokenRefused(ClientAddress.Of(Context));

    private static (string Name, string Password)? Basic(string value)
    {
        if (value.Length > 1024)
            return null;
        var bytes = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        // No name and no password holds U+0000, and the database could not be asked for one.
        return colon < 0 || pair.Contains('\0', StringComparison.Ordinal) ? null : (pair[..colon], pair[(colon + 1)..]);
    }
}
