using System.Text.RegularExpressions;

namespace Crucible.Live;

/// <summary>DOM ids of the form <c>thing-part-key</c>, safe to stand in a selector as they are.</summary>
public static partial class DomId
{
    /// <summary>Throws unless the id is a letter followed by letters, digits, hyphens or underscores.</summary>
    public static void Check(string id)
    {
        if (!Safe().IsMatch(id))
            throw new ArgumentException($"'{id}' is not a safe DOM id: begin with a letter, then letters, digits, hyphens or underscores.", nameof(id));
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_\-]{0,200}\z")]
    private static partial Regex Safe();
}
