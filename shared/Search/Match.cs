namespace Crucible.Search;

/// <summary>
/// How well a name answers what somebody types. A pure function, the same for pages, actions and whatever plugins find.
/// </summary>
/// <remarks>
/// The best of these that applies, upper and lower case being the same:
/// <list type="table">
/// <item><term>1</term><description>the text itself</description></item>
/// <item><term>0.8 … 0.9</term><description>the text begins with it</description></item>
/// <item><term>0.6 … 0.7</term><description>a word of the text begins with it; words begin after what is no letter or digit, at a capital after a small letter, and at a digit after a letter</description></item>
/// <item><term>0.4 … 0.5</term><description>it stands within a word</description></item>
/// <item><term>0.1 … 0.3</term><description>its letters stand in the text in this order, the first of them where a word begins; higher the closer they stand. Two letters or more</description></item>
/// </list>
/// Within the first kinds the place rises with the share of the text that was typed. Several words that do not stand together
/// must all be found, in any order; their score is nine tenths of the worst one's.
/// </remarks>
public static class Match
{
    /// <summary>More of a query or a text than this is not looked at.</summary>
    public const int MostCharacters = 200;

    /// <summary>How well <paramref name="text"/> answers <paramref name="query"/>.</summary>
    /// <returns>More than 0, up to 1; null when it does not, or the query is empty.</returns>
    public static double? Score(string query, string text)
    {
        query = Cut(query.Trim());
        text = Cut(text.Trim());
        if (query.Length == 0)
            return null;
        if (Term(query, text) is { } whole)
            return whole;
        var words = query.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2)
            return null;
        double? worst = null;
        foreach (var word in words)
        {
            if (Term(word, text) is not { } score)
                return null;
            worst = worst < score ? worst : score;
        }
        return worst * 0.9;
    }

    private static double? Term(string term, string text)
    {
        if (term.Equals(text, StringComparison.OrdinalIgnoreCase))
            return 1;
        var share = 0.1 * term.Length / Math.Max(term.Length, text.Length);
        var at = text.IndexOf(term, StringComparison.OrdinalIgnoreCase);
        if (at == 0)
            return 0.8 + share;
        var within = at > 0;
        for (; at > 0; at = at + 1 < text.Length ? text.IndexOf(term, at + 1, StringComparison.OrdinalIgnoreCase) : -1)
            if (BeginsWord(text, at))
                return 0.6 + share;
        return within ? 0.4 + share : Scattered(term, text);
    }

    private static double? Scattered(string term, string text)
    {
        if (term.Length < 2)
            return null;
        double? best = null;
        for (var start = 0; start < text.Length; start++)
        {
            if (!Same(text[start], term[0]) || !BeginsWord(text, start))
                continue;
            var (next, end) = (1, start + 1);
            for (; end < text.Length && next < term.Length; end++)
                if (Same(text[end], term[next]))
                    next++;
            if (next == term.Length && 0.1 + 0.2 * term.Length / (end - start) is var score && !(best >= score))
                best = score;
        }
        return best;
    }

    private static bool BeginsWord(string text, int at) =>
        at == 0 || (char.IsLetterOrDigit(text[at])
            ? !char.IsLetterOrDigit(text[at - 1]) || (char.IsUpper(text[at]) && char.IsLower(text[at - 1])) || (char.IsDigit(text[at]) && char.IsLetter(text[at - 1]))
            : char.IsLetterOrDigit(text[at - 1]));

    // As StringComparison.OrdinalIgnoreCase compares.
    private static bool Same(char one, char other) => char.ToUpperInvariant(one) == char.ToUpperInvariant(other);

    private static string Cut(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters];
}
