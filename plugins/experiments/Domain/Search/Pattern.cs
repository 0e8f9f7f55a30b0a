namespace Crucible.Experiments.Domain.Search;

/// <summary>
/// Checks a user's regular expression before PostgreSQL runs it for every run. Only what its automaton matches in
/// linear time gets through: no back-references, no look-around, no counted groups.
/// </summary>
internal static class Pattern
{
    private const int MaxCount = 50;
    private const string Mend = "Write letters, . [a-z] ( ) | * + ? {n,m} ^ $, \\d \\w \\s, and \\ before a character that is meant literally";

    /// <summary>What is wrong with it, or null.</summary>
    public static string? Problem(string pattern)
    {
        if (pattern.Length > SearchLimits.MaxPattern)
            return $"A regular expression has at most {SearchLimits.MaxPattern} characters, this one {pattern.Length:N0}";
        var depth = 0;
        // What a quantifier would apply to: nothing, one character or class, or a group.
        var before = Atom.None;
        for (var at = pattern.StartsWith("(?i)", StringComparison.Ordinal) ? 4 : 0; at < pattern.Length; at++)
        {
            var problem = pattern[at] switch
            {
                '(' => Open(pattern, ref at, ref depth, ref before),
                ')' => Close(ref depth, ref before),
                '[' => Class(pattern, ref at, ref before),
                '\\' => Escape(pattern, ref at, ref before),
                '*' or '+' or '?' => Repeat(pattern, ref at, ref before),
                '{' => Count(pattern, ref at, ref before),
                '|' or '^' or '$' => Set(ref before, Atom.None),
                _ => Set(ref before, Atom.One),
            };
            if (problem is not null)
                return $"Invalid regular expression: {problem}. {Mend}";
        }
        return depth == 0 ? null : $"Invalid regular expression: a parenthesis is never closed. {Mend}";
    }

    private enum Atom
    {
        None,
        One,
        Group,
    }

    private static string? Set(ref Atom before, Atom atom)
    {
        before = atom;
        return null;
    }

    private static string? Open(string pattern, ref int at, ref int depth, ref Atom before)
    {
        var special = at + 1 < pattern.Length && pattern[at + 1] is '?' or '*';
        if (special)
        {
            if (!pattern.AsSpan(at).StartsWith("(?:"))
                return "'(' is followed by an option or look-around";
            at += 2;
        }
        before = Atom.None;
        return ++depth > 20 ? "more than 20 nested groups" : null;
    }

    private static string? Close(ref int depth, ref Atom before)
    {
        before = Atom.Group;
        return --depth < 0 ? "')' without '('" : null;
    }

    private static string? Class(string pattern, ref int at, ref Atom before)
    {
        var from = at + 1;
        if (from < pattern.Length && pattern[from] == '^')
            from++;
        // What a range may begin with: a plain character that is not the end of another range.
        char? begin = null;
        for (var i = from; i < pattern.Length; i++)
        {
            // The first ] stands for itself, and so does - at either end.
            if (pattern[i] == ']' && i > from)
            {
                at = i;
                before = Atom.One;
                return null;
            }
            var range = pattern[i] == '-' && i > from && i + 1 < pattern.Length && pattern[i + 1] != ']';
            if (range)
                i++;
            if (pattern[i] == '[')
                return "'[' inside a class";
            var escaped = pattern[i] == '\\';
            if (escaped && ++i >= pattern.Length)
                return "'[' is never closed";
            var letter = escaped && IsClassLetter(pattern[i]);
            if (escaped && !letter && char.IsAsciiLetterOrDigit(pattern[i]))
                return $"\\{pattern[i]} is not supported in a class";
            if (range && (letter || begin is null || begin > pattern[i]))
                return "a range in a class that does not go from one character up to another";
            begin = range || letter ? null : pattern[i];
        }
        return "'[' is never closed";
    }

    private static string? Escape(string pattern, ref int at, ref Atom before)
    {
        if (++at >= pattern.Length)
            return "it ends with a single \\";
        before = Atom.One;
        return IsClassLetter(pattern[at]) || !char.IsAsciiLetterOrDigit(pattern[at]) ? null : $"\\{pattern[at]} is not supported";
    }

    private static bool IsClassLetter(char c) => c is 'd' or 'w' or 's';

    private static string? Repeat(string pattern, ref int at, ref Atom before)
    {
        if (before == Atom.None)
            return $"'{pattern[at]}' has nothing to repeat";
        // A second ? makes it lazy, which changes nothing about whether it matches.
        if (at + 1 < pattern.Length && pattern[at + 1] == '?')
            at++;
        before = Atom.None;
        return null;
    }

    private static string? Count(string pattern, ref int at, ref Atom before)
    {
        if (before != Atom.One)
            return "{…} may follow a character or class only";
        var to = pattern.IndexOf('}', at);
        if (to < 0)
            return "'{' is never closed";
        var counts = pattern[(at + 1)..to].Split(',');
        var low = 0;
        var high = 0;
        if (counts.Length > 2 || !IsCount(counts[0], out low) || (counts.Length == 2 && counts[1].Length > 0 && (!IsCount(counts[1], out high) || high < low)))
            return $"{{n,m}} takes numbers up to {MaxCount}";
        at = to;
        before = Atom.None;
        return null;
    }

    private static bool IsCount(string text, out int count)
    {
        count = 0;
        return text.Length is 1 or 2 && text.All(char.IsAsciiDigit) && int.TryParse(text, out count) && count <= MaxCount;
    }
}
