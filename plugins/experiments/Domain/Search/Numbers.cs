using System.Globalization;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Numbers as the grammar writes them: 1, -2.5, .5, 1e-3.</summary>
internal static class Numbers
{
    public static bool TryRead(string word, out double number)
    {
        number = 0;
        // double.Parse also knows NaN, Infinity and signs of currency; the grammar does not.
        foreach (var c in word)
            if (!char.IsAsciiDigit(c) && c is not ('.' or '-' or '+' or 'e' or 'E'))
                return false;
        if (!double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return false;
        // 1e999: stored infinities are the largest numbers there are.
        number = Math.Clamp(number, double.MinValue, double.MaxValue);
        return true;
    }

    /// <summary>The units of lengths of time, the longest first.</summary>
    private static readonly (char Letter, TimeSpan Length)[] Units =
        [('w', TimeSpan.FromDays(7)), ('d', TimeSpan.FromDays(1)), ('h', TimeSpan.FromHours(1)), ('m', TimeSpan.FromMinutes(1)), ('s', TimeSpan.FromSeconds(1))];

    /// <summary>The longest length of time that is read.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    /// <summary>Reads <c>7d</c>, <c>1.5h</c>, <c>1h30m</c>: numbers, each with one of s m h d w. To the millisecond; at most a hundred years.</summary>
    public static bool TryLength(ReadOnlySpan<char> word, out TimeSpan length)
    {
        length = default;
        if (word.Length is 0 or > 40)
            return false;
        while (word.Length > 0)
        {
            var digits = word.IndexOfAnyExceptInRange('0', '9');
            if (digits >= 0 && word[digits] == '.')
                digits += 1 + Math.Max(-1, word[(digits + 1)..].IndexOfAnyExceptInRange('0', '9'));
            if (digits <= 0 || word[digits - 1] == '.'
                || !double.TryParse(word[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
                return false;
            var letter = char.ToLowerInvariant(word[digits]);
            var unit = Array.Find(Units, u => u.Letter == letter).Length;
            if (unit == default || count > (Longest - length) / unit)
                return false;
            length += TimeSpan.FromMilliseconds(Math.Round(count * unit.TotalMilliseconds));
            word = word[(digits + 1)..];
        }
        return length <= Longest;
    }

    /// <summary>A length in the longest unit that it is a whole number of.</summary>
    public static string Write(TimeSpan length)
    {
        var (letter, one) = Units.FirstOrDefault(u => length.Ticks % u.Length.Ticks == 0, Units[^1]);
        return ((decimal)length.Ticks / one.Ticks).ToString(CultureInfo.InvariantCulture) + letter;
    }

    /// <summary>Reads a date or a time of ISO 8601, UTC where no zone is written, as milliseconds of the Unix epoch.</summary>
    public static bool TryDate(string text, out double milliseconds)
    {
        var read = DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        milliseconds = time.ToUnixTimeMilliseconds();
        return read;
    }

    private static readonly string[] Dates =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];
}
