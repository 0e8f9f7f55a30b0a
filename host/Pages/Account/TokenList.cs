using Crucible.Host.People;

namespace Crucible.Host.Pages.Account;

/// <summary>A list of tokens with a revocation each, drawn by <c>_TokenList.cshtml</c>. Its forms post to the handler <c>Revoke</c>.</summary>
/// <param name="Found">The newest first; one more than a page when there are more.</param>
/// <param name="Now">For what is over, and what is soon.</param>
/// <param name="Url">Address of the page, for the tokens that follow.</param>
internal sealed record TokenList(IReadOnlyList<ApiToken> Found, DateTimeOffset Now, string Url)
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(7);

    public IEnumerable<ApiToken> Shown => Found.Take(TokenStore.Page);

    /// <summary>The address of what follows; null at the end.</summary>
    public string? Next => Found.Count > TokenStore.Page ? $"{Url}?after={Found[TokenStore.Page - 1].Id}" : null;

    /// <summary>A mark and words for the end of a token.</summary>
    public (string? Status, string Text) End(ApiToken token) => token.ExpiresAt is not { } until ? (null, "when revoked")
        : until <= Now.UtcDateTime ? ("failed", "Expired")
        : until - Now.UtcDateTime < Soon ? ("cancelled", $"{Math.Max(1, (int)Math.Ceiling((until - Now.UtcDateTime).TotalDays))} days left")
        : (null, until.ToString("yyyy-MM-dd"));
}
