namespace Crucible.Experiments.Domain.Alerts;

/// <summary>Where a webhook may go, as far as its address says; where that leads is looked at when it is sent.</summary>
public static class WebhookAddress
{
    /// <summary>Most characters of one.</summary>
    public const int Most = 2_000;

    /// <summary>Why this is no address for a webhook; null when it is one.</summary>
    public static string? Check(string text)
    {
        if (text.Length > Most)
            return $"An address has at most {Most:N0} characters.";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            return "Give an address that begins with https:// or http://.";
        return address.UserInfo.Length > 0 ? "Leave user and password out of the address; the signature says who sends." : null;
    }
}
