using System.Text;

namespace Crucible.Experiments.Domain;

/// <summary>What text may be stored: PostgreSQL holds any Unicode scalar but U+0000, and nothing that is no scalar.</summary>
public static class Wording
{
    /// <summary>The first <paramref name="limit"/> UTF-16 units of a text, one less where that would halve a surrogate pair.</summary>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit)
            return text;
        if (limit > 0 && char.IsHighSurrogate(text[limit - 1]) && char.IsLowSurrogate(text[limit]))
            limit--;
        return text[..limit];
    }

    /// <summary>
    /// The first <paramref name="limit"/> characters, counted as Python and PostgreSQL count: a surrogate pair is one.
    /// </summary>
    public static string CutCharacters(string text, int limit)
    {
        // No text has more characters than units, so nearly every value leaves here.
        if (text.Length <= limit)
            return text;
        var at = 0;
        for (var characters = 0; characters < limit && at < text.Length; characters++)
            at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
        return at == text.Length ? text : text[..at];
    }

    /// <summary>How many characters a text has, counted as Python and PostgreSQL count.</summary>
    public static int Length(string text)
    {
        var pairs = 0;
        for (var at = 1; at < text.Length; at++)
            if (char.IsSurrogatePair(text[at - 1], text[at]))
                pairs++;
        return text.Length - pairs;
    }

    /// <summary>The text with each lone surrogate replaced by U+FFFD; the same instance where there is none.</summary>
    public static string Whole(string text)
    {
        var span = text.AsSpan();
        for (var at = 0; at < span.Length;)
        {
            if (Rune.DecodeFromUtf16(span[at..], out _, out var used) != System.Buffers.OperationStatus.Done)
                return Mended(text);
            at += used;
        }
        return text;
    }

    private static string Mended(string text)
    {
        var mended = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            mended.Append(rune);
        return mended.ToString();
    }

    /// <summary>Whether the text holds U+0000, which no PostgreSQL text can.</summary>
    public static bool HasNul(string text) => text.Contains('\0');
}
