using System.Text.RegularExpressions;

namespace Crucible.Experiments.Domain;

/// <summary>People who are named in a text as <c>@mira</c>, by sign-in name.</summary>
public static partial class Mentions
{
    /// <summary>People whom one text may call.</summary>
    public const int Most = 20;

    /// <summary>Their names in lower case, each once, in order. What stands in code or within a word (a mail address) calls nobody.</summary>
    public static IReadOnlyList<string> In(string text) =>
        [.. Name().Matches(Code().Replace(text, " ")).Select(m => m.Groups[1].Value.TrimEnd('.', '-').ToLowerInvariant()).Where(n => n.Length > 0).Distinct().Take(Most)];

    [GeneratedRegex(@"(?<![\p{L}\p{N}_.@/])@([\p{L}\p{N}][\p{L}\p{N}_.\-]{0,63})")]
    private static partial Regex Name();

    [GeneratedRegex("```.*?(```|$)|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();
}
