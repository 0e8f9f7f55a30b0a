using System.ComponentModel.DataAnnotations;
using Crucible.Host.Security;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>Settings of the section <c>Crucible</c> that concern people and their requests.</summary>
public sealed record PeopleOptions
{
    /// <summary>
    /// Password of the first admin, user name <c>admin</c>. Used only while that account has none; changing it later
    /// changes nothing, so that a setting left behind cannot undo a password changed on the account page.
    /// </summary>
    public string? AdminPassword { get; init; }

    /// <summary>
    /// Addresses and networks of the reverse proxies whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are
    /// believed, separated by commas: <c>10.0.0.7, 172.18.0.0/16</c>. None by default, not even this machine.
    /// </summary>
    public string TrustedProxies { get; init; } = "";

    /// <summary>A session ends after this many hours without a request or an open live page.</summary>
    [Range(1, 168)]
    public int SessionIdleHours { get; init; } = 4;

    /// <summary>A session ends after this many hours whatever happens.</summary>
    [Range(1, 2160)]
    public int SessionLongestHours { get; init; } = 168;

    /// <summary>Failed sign-ins a minute for each account and, separately, for each address.</summary>
    [Range(1, 1000)]
    public int SignInsPerMinute { get; init; } = 5;

    /// <summary>Calls a second of each credential to endpoints limited by <see cref="RateLimits.Tracking"/>.</summary>
    [Range(1, 1_000_000)]
    public int TrackingPerSecond { get; init; } = 5000;

    /// <summary>The longest life of an API token in days; 0 lets people make tokens that live until they are revoked.</summary>
    [Range(0, 3650)]
    public int TokenLongestDays { get; init; }

    /// <summary>Whether an admin without an authenticator app is a member only, until there is one.</summary>
    public bool AdminsNeedTwoFactor { get; init; }

    /// <summary>Providers to sign in with, by name: lower-case letters, digits and hyphens.</summary>
    public Dictionary<string, ProviderOptions> OAuth { get; init; } = [];
}

/// <summary>The rules that no range states.</summary>
internal sealed class PeopleOptionsRules : IValidateOptions<PeopleOptions>
{
    public ValidateOptionsResult Validate(string? name, PeopleOptions options)
    {
        var faults = TrustedProxies.Wrong(options.TrustedProxies)
            .Select(wrong => $"Crucible:TrustedProxies has '{wrong}', which is neither an address nor a network such as 10.0.0.0/8.").ToList();
        if (options.AdminPassword is { Length: > 0 } password && PasswordRules.Fault(FirstAdmin.UserName, password) is { } fault)
            faults.Add($"Crucible:AdminPassword is refused. {fault}");
        faults.AddRange(options.OAuth.SelectMany(p => p.Value.Faults(p.Key)));
        return faults.Count > 0 ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
