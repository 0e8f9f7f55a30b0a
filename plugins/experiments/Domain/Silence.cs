using System.Globalization;

namespace Crucible.Experiments.Domain;

/// <summary>How long the client of a running run may be silent before the run is shown as lost.</summary>
public static class Silence
{
    /// <summary>The shortest that may be set: heartbeats are stored to within a few seconds.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>The longest that may be set.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromDays(30);

    private const string Range = "Give a time between 1 minute and 30 days.";

    private static readonly (string Word, TimeSpan Length)[] Units = [("days", TimeSpan.FromDays(1)), ("hours", TimeSpan.FromHours(1)), ("minutes", TimeSpan.FromMinutes(1))];

    /// <summary>The units that it can be given in, the longest first.</summary>
    public static IEnumerable<string> Words => Units.Select(u => u.Word);

    /// <summary>Why it may not be this long; null when it may.</summary>
    public static string? Check(TimeSpan length) => length < Least || length > Most ? Range : null;

    /// <summary>Reads <c>1.5</c> and <c>hours</c>.</summary>
    /// <returns>What is wrong with it; null when all is well.</returns>
    public static string? Read(string? number, string? unit, out TimeSpan length)
    {
        length = default;
        var one = Units.FirstOrDefault(u => u.Word == unit).Length;
        if (one == default || !double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var count) || !double.IsFinite(count))
            return $"That is no number of {(one == default ? "hours" : unit)}. {Range}";
        // Past the range no product of them need fit a TimeSpan.
        if (count > Most / one)
            return Range;
        length = TimeSpan.FromSeconds(Math.Round(count * one.TotalSeconds));
        return Check(length);
    }

    /// <summary>A length in the longest unit that it is a whole number of, as a form shows it.</summary>
    public static (string Number, string Unit) Write(TimeSpan length)
    {
        var (word, one) = Units.FirstOrDefault(u => length.Ticks % u.Length.Ticks == 0, Units[^1]);
        return ((length / one).ToString("0.##", CultureInfo.InvariantCulture), word);
    }
}
