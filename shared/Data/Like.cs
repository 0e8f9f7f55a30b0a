namespace Crucible.Data;

/// <summary>Patterns of <c>like</c> and <c>ilike</c> made from what somebody typed.</summary>
public static class Like
{
    /// <summary>The text as it stands: <c>%</c>, <c>_</c> and the backslash mean themselves.</summary>
    public static string Literal(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    /// <summary>Whatever has the text somewhere within it.</summary>
    public static string Within(string text) => $"%{Literal(text)}%";
}
