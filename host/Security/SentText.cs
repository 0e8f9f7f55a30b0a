namespace Crucible.Host.Security;

/// <summary>What PostgreSQL cannot hold in a text, and no browser sends.</summary>
internal static class SentText
{
    /// <summary>Whether U+0000 is in the address or the form of a request.</summary>
    public static bool HasNul(HttpRequest request) =>
        request.Query.Concat(request.HasFormContentType ? request.Form.AsEnumerable() : []).Any(f => f.Value.Any(v => v?.Contains('\0', StringComparison.Ordinal) == true));
}
