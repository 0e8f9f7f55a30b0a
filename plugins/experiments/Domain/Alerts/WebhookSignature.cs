using System.Security.Cryptography;
using System.Text;

namespace Crucible.Experiments.Domain.Alerts;

/// <summary>
/// How a receiver knows that a webhook is from here and fresh: <c>Crucible-Signature: t=1767225600,v1=…</c>, where v1 is
/// HMAC-SHA256 over <c>{t}.{body}</c> with the webhook's secret as the key, in lower-case hex.
/// </summary>
public static class WebhookSignature
{
    /// <summary>Name of the header.</summary>
    public const string Header = "Crucible-Signature";

    /// <summary>A secret that nobody guesses: <c>whsec_</c> and 256 random bits in base64url.</summary>
    public static string NewSecret() => $"whsec_{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_')}";

    /// <summary>The header's value.</summary>
    /// <param name="secret">The webhook's secret, as it was shown.</param>
    /// <param name="at">When the attempt is made.</param>
    /// <param name="body">The body as it is sent, UTF-8.</param>
    public static string Of(string secret, DateTimeOffset at, string body)
    {
        var t = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(FormattableString.Invariant($"{t}.{body}")));
        return FormattableString.Invariant($"t={t},v1={Convert.ToHexStringLower(mac)}");
    }
}
