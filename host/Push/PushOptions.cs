using Microsoft.Extensions.Options;

namespace Crucible.Host.Push;

/// <summary>Notifications of browsers, the section <c>Crucible:Push</c>. Without a contact there are none, and no page speaks of them.</summary>
public sealed record PushOptions
{
    /// <summary>Whom the operators of push services may turn to: <c>mailto:ops@example.org</c> or an https address.</summary>
    public string Contact { get; init; } = "";

    /// <summary>Push services inside, as they stand in addresses: <c>push.internal</c>, <c>10.0.0.7:8080</c>. All others have to be public, on https.</summary>
    public string[] Hosts { get; init; } = [];

    internal bool IsSet => Contact.Length > 0;

    /// <summary>Whether something may be sent to this address, as far as it says.</summary>
    internal bool Admits(string? endpoint) => endpoint is { Length: <= 1_000 } && Uri.TryCreate(endpoint, UriKind.Absolute, out var place) && place.UserInfo.Length == 0
        && (place.Scheme == Uri.UriSchemeHttps || (place.Scheme == Uri.UriSchemeHttp && (Hosts.Contains(place.Host) || Hosts.Contains(place.Authority))));
}

/// <summary>The rule that no attribute states.</summary>
internal sealed class PushOptionsRules : IValidateOptions<PushOptions>
{
    public ValidateOptionsResult Validate(string? name, PushOptions options) =>
        !options.IsSet || (Uri.TryCreate(options.Contact, UriKind.Absolute, out var contact) && contact.Scheme is "mailto" or "https") ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Crucible:Push:Contact is '{options.Contact}'. Write it as mailto:ops@example.org or https://example.org/contact.");
}
