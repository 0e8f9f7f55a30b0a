using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>Who somebody is at a provider.</summary>
/// <param name="Subject">What never changes.</param>
/// <param name="VerifiedEmail">Null when there is none, or the provider does not vouch for it.</param>
/// <param name="Name">What people read; may be missing.</param>
/// <param name="UserName">What the provider calls the account; may be missing.</param>
internal sealed record Profile(string Subject, string? VerifiedEmail, string? Name, string? UserName);

/// <summary>Why a provider's answer is no sign-in, as a word of <see cref="ProviderRefusals"/>.</summary>
internal sealed class ProviderFault(string refusal, Exception? inner = null) : Exception($"The provider's answer was refused: {refusal}.", inner)
{
    public string Refusal { get; } = refusal;
}

/// <summary>
/// The framework's OAuth 2 code flow with state and PKCE, plus what it leaves open: the endpoints of an OpenID Connect issuer, and who
/// the token belongs to. The id-token is not read: it came over the same TLS connection as the userinfo, which says the same.
/// </summary>
internal sealed class ProviderHandler(IOptionsMonitor<ProviderScheme> options, ILoggerFactory logs, UrlEncoder encoder) : OAuthHandler<ProviderScheme>(options, logs, encoder)
{
    private const int Tries = 2;

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await Discover();
        await base.HandleChallengeAsync(properties);
    }

    protected override async Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        await Discover();
        // RFC 9207: an answer of another issuer, brought here to mix the two up.
        if (Request.Query["iss"] is [{ Length: > 0 } issuer] && Options.Provider.Authority is not null && issuer.TrimEnd('/') != Options.Provider.Issuer)
            return HandleRequestResult.Fail(new ProviderFault(ProviderRefusals.State));
        return await base.HandleRemoteAuthenticateAsync();
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        using var answer = await Get(Options.UserInformationEndpoint, tokens.AccessToken);
        var info = answer.RootElement;
        if (info.ValueKind != JsonValueKind.Object || Text(info, Options.Provider.SubjectField) is not { Length: > 0 and <= 255 } subject)
            throw new ProviderFault(ProviderRefusals.Odd);
        var verified = info.TryGetProperty("email_verified", out var flag) && (flag.ValueKind == JsonValueKind.True || (flag.ValueKind == JsonValueKind.String && flag.GetString() == "true"));
        var email = Text(info, "email");
        properties.SetParameter(nameof(Profile), new Profile(subject, verified && email is { Length: <= 254 } && email.Contains('@') ? email : null, Text(info, "name"), Text(info, "preferred_username")));
        return new(new(identity), properties, Scheme.Name);
    }

    internal static async Task Received(TicketReceivedContext context)
    {
        var scheme = (ProviderScheme)context.Options;
        var profile = context.Properties!.GetParameter<Profile>(nameof(Profile))!;
        context.Response.Redirect(await context.HttpContext.RequestServices.GetRequiredService<ProviderSignIn>().Finish(context.HttpContext, scheme, profile, context.Properties));
        context.HandleResponse();
    }

    internal static Task Denied(AccessDeniedContext context) => Refuse(context, context.Properties, ProviderRefusals.Denied, null);

    internal static Task Failed(RemoteFailureContext context) => Refuse(context, context.Properties, context.Failure switch
    {
        ProviderFault fault => fault.Refusal,
        HttpRequestException or TaskCanceledException or TimeoutException => ProviderRefusals.Down,
        AuthenticationFailureException fault when fault.Message.Contains("state", StringComparison.OrdinalIgnoreCase) || fault.Message.Contains("orrelation", StringComparison.Ordinal) => ProviderRefusals.State,
        _ => ProviderRefusals.Odd,
    }, context.Failure as HttpRequestException);

    private static Task Refuse(HandleRequestContext<RemoteAuthenticationOptions> context, AuthenticationProperties? properties, string refusal, Exception? fault)
    {
        var name = ((ProviderScheme)context.Options).ProviderName;
        context.HttpContext.RequestServices.GetRequiredService<ILogger<ProviderHandler>>().ProviderRefused(name, ClientAddress.Of(context.HttpContext), refusal, fault);
        context.Response.Redirect(ProviderSignIn.Refusal(name, refusal, properties));
        context.HandleResponse();
        return Task.CompletedTask;
    }

    // Once, by whoever comes first; two at once write the same.
    private async Task Discover()
    {
        if (Options.TokenEndpoint.Length > 0)
            return;
        using var answer = await Get(Options.Provider.Issuer + "/.well-known/openid-configuration", null);
        var about = answer.RootElement;
        var endpoints = new[] { "authorization_endpoint", "userinfo_endpoint", "token_endpoint" }.Select(e => Text(about, e)).ToArray();
        if (Text(about, "issuer")?.TrimEnd('/') != Options.Provider.Issuer || endpoints.Any(e => e is null || !Providers.IsSafe(e)))
            throw new ProviderFault(ProviderRefusals.Odd);
        (Options.AuthorizationEndpoint, Options.UserInformationEndpoint, Options.TokenEndpoint) = (endpoints[0]!, endpoints[1]!, endpoints[2]!);
    }

    // Reading twice does no harm, so a connection that broke is tried again; the exchange of a code never is.
    private async Task<JsonDocument> Get(string address, string? token)
    {
        for (var tried = 1; ; tried++)
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Accept.Add(new("application/json"));
                if (token is not null)
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                using var response = await Backchannel.SendAsync(request, Context.RequestAborted);
                if (!response.IsSuccessStatusCode)
                    throw (int)response.StatusCode >= 500 ? new HttpRequestException($"{address} answered {(int)response.StatusCode}.") : new ProviderFault(ProviderRefusals.Odd);
                return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Context.RequestAborted));
            }
            catch (HttpRequestException) when (tried < Tries)
            {
            }
            catch (JsonException fault)
            {
                throw new ProviderFault(ProviderRefusals.Odd, fault);
            }
    }

    private static string? Text(JsonElement info, string field) => !info.TryGetProperty(field, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
