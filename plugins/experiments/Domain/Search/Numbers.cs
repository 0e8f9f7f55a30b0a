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
}
