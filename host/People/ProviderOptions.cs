using Crucible.People;

namespace Crucible.Host.People;

/// <summary>
/// Settings <c>Crucible:OAuth:{name}</c> of a provider to sign in with, by OAuth 2 with the code flow and PKCE. Who somebody is comes
/// from the provider's userinfo endpoint over TLS, not from an id-token.
/// </summary>
public sealed record ProviderOptions
{
    /// <summary>What the button calls it; the name of the section when empty.</summary>
    public string? Title { get; init; }

    /// <summary>Address of an OpenID Connect issuer, which says where its endpoints are. Without it the three endpoints are needed.</summary>
    public string? Authority { get; init; }

    /// <summary>Where people are sent to sign in.</summary>
    public string? AuthorizationEndpoint { get; init; }

    /// <summary>Where a code is exchanged for a token.</summary>
    public string? TokenEndpoint { get; init; }

    /// <summary>Where the token says who it is, as a JSON object.</summary>
    public string? UserInfoEndpoint { get; init; }

    /// <summary>What the provider calls this installation.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>What this installation proves itself with.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>What is asked for, separated by spaces.</summary>
    public string Scopes { get; init; } = "openid profile email";

    /// <summary>The field of the userinfo that never changes for a person: <c>sub</c>, for some providers <c>id</c>.</summary>
    public string SubjectField { get; init; } = "sub";

    /// <summary>Domains of verified e-mails that may sign in, separated by commas; empty for all.</summary>
    public string AllowedDomains { get; init; } = "";

    /// <summary>Role of a new person for an account that nobody here has; null refuses such accounts.</summary>
    public Role? AutoCreateRole { get; init; }

    /// <summary>
    /// Whether an account with a verified e-mail becomes the account of the person with that e-mail here. Whoever runs the provider can
    /// then sign in as anybody.
    /// </summary>
    public bool LinkByEmail { get; init; }

    /// <summary>Who vouches for the subjects: the issuer, or the provider's endpoint where there is none.</summary>
    internal string Issuer => (Authority ?? AuthorizationEndpoint ?? "").TrimEnd('/');

    internal bool Allows(string? verifiedEmail) => Domains is not { Length: > 0 } domains
        || (verifiedEmail is not null && domains.Contains(verifiedEmail[(verifiedEmail.LastIndexOf('@') + 1)..], StringComparer.OrdinalIgnoreCase));

    internal IEnumerable<string> Faults(string name)
    {
        var section = $"Crucible:OAuth:{name}";
        if (!Providers.IsName(name))
            yield return $"{section} has a name that is none: use lower-case letters, digits and hyphens, 40 at most.";
        if (ClientId.Length == 0 || ClientSecret.Length == 0)
            yield return $"{section} needs a ClientId and a ClientSecret, as the provider gave them.";
        if (Authority is null && (AuthorizationEndpoint is null || TokenEndpoint is null || UserInfoEndpoint is null))
            yield return $"{section} needs an Authority, or AuthorizationEndpoint, TokenEndpoint and UserInfoEndpoint.";
        foreach (var (setting, value) in new[] { ("Authority", Authority), ("AuthorizationEndpoint", AuthorizationEndpoint), ("TokenEndpoint", TokenEndpoint), ("UserInfoEndpoint", UserInfoEndpoint) })
            if (value is not null && !Providers.IsSafe(value))
                yield return $"{section}:{setting} must be an https address; plain http is for a provider on this machine's own loopback only.";
        if (AutoCreateRole == Role.Admin)
            yield return $"{section}:AutoCreateRole cannot be admin. Make people admins one by one.";
    }

    private string[] Domains => AllowedDomains.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
