using System.ComponentModel.DataAnnotations;

namespace Crucible.Host.People;

/// <summary>Settings of the section <c>Crucible</c> that concern people and their requests.</summary>
public sealed record PeopleOptions : IValidatableObject
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

    /// <summary>Calls a second of each credential to endpoints limited by <see cref="Crucible.Host.Security.RateLimits.Tracking"/>.</summary>
    [Range(1, 1_000_000)]
    public int TrackingPerSecond { get; init; } = 5000;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var wrong in Security.TrustedProxies.Wrong(TrustedProxies))
            yield return new($"Crucible:TrustedProxies has '{wrong}', which is neither an address nor a network such as 10.0.0.0/8.", [nameof(TrustedProxies)]);
        if (AdminPassword is { Length: > 0 } password && PasswordRules.Fault(FirstAdmin.UserName, password) is { } fault)
            yield return new($"Crucible:AdminPassword is refused. {fault}", [nameof(AdminPassword)]);
    }
}
