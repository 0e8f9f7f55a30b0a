using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>The providers of the settings, as schemes of the framework's own OAuth handler.</summary>
internal static partial class Providers
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Prefix = "provider-";

    public static string Scheme(string name) => Prefix + name;

    public static string StartPath(string name, string? back = null) => $"/account/provider/{name}" + (back is null or "/" ? "" : QueryString.Create("returnUrl", back).ToString());

    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Whether secrets may be sent there: by TLS, or within this machine.</summary>
    public static bool IsSafe(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback));

    public static void AddProviders(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        authentication.Services.AddScoped<ProviderSignIn>();
        // What is wrong with a section is said at start, with every other wrong setting; until then it is no scheme.
        foreach (var section in configuration.GetSection("Crucible:OAuth").GetChildren().Where(s => IsName(s.Key)))
            authentication.AddOAuth<ProviderScheme, ProviderHandler>(Scheme(section.Key), _ => { });
        authentication.Services.AddSingleton<IConfigureOptions<ProviderScheme>, ProviderSchemeSetup>();
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$")]
    private static partial Regex Name();

    private sealed class ProviderSchemeSetup(IOptions<PeopleOptions> people) : IConfigureNamedOptions<ProviderScheme>
    {
        public void Configure(ProviderScheme options) { }

        public void Configure(string? name, ProviderScheme scheme)
        {
            if (name is null || !name.StartsWith(Prefix, StringComparison.Ordinal))
                return;
            (scheme.ProviderName, scheme.Provider) = (name[Prefix.Length..], people.Value.OAuth[name[Prefix.Length..]]);
            (scheme.ClientId, scheme.ClientSecret) = (scheme.Provider.ClientId, scheme.Provider.ClientSecret);
            scheme.AuthorizationEndpoint = scheme.Provider.AuthorizationEndpoint ?? "";
            scheme.TokenEndpoint = scheme.Provider.TokenEndpoint ?? "";
            scheme.UserInformationEndpoint = scheme.Provider.UserInfoEndpoint ?? "";
            scheme.CallbackPath = StartPath(scheme.ProviderName) + "/callback";
            scheme.UsePkce = true;
            foreach (var scope in scheme.Provider.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                scheme.Scope.Add(scope);
            scheme.CorrelationCookie.Name = "crucible-provider.";
            // Lax is sent with the provider's redirect, and with nothing that another site posts.
            (scheme.CorrelationCookie.SameSite, scheme.CorrelationCookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
            scheme.BackchannelTimeout = Patience;
            scheme.BackchannelHttpHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(5), PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
            scheme.RemoteAuthenticationTimeout = TimeSpan.FromMinutes(10);
            scheme.Events.OnTicketReceived = ProviderHandler.Received;
            scheme.Events.OnAccessDenied = ProviderHandler.Denied;
            scheme.Events.OnRemoteFailure = ProviderHandler.Failed;
        }
    }
}

/// <summary>A provider as the framework's handler knows it.</summary>
internal sealed class ProviderScheme : OAuthOptions
{
    public string ProviderName { get; set; } = "";
    public ProviderOptions Provider { get; set; } = new();

    // Said at start by ProviderOptions.Faults; the endpoints of an issuer are known when somebody comes.
    public override void Validate() { }
}
