using System.Text.RegularExpressions;
using Quartz;

namespace Crucible.Host.Jobs;

/// <summary>
/// A cron expression that the scheduler takes, or the reason why not. What is looked at is short and holds small numbers before any
/// library sees it: describing <c>0 0 1--100000000 * *</c> once took gigabytes elsewhere.
/// </summary>
public sealed partial class Cron
{
    public const int MostCharacters = 120;

    private readonly CronExpression _expression;

    private Cron(CronExpression expression, string text) => (_expression, Text) = (expression, text);

    /// <summary>As the scheduler stores it.</summary>
    public string Text { get; }

    /// <summary>Reads an expression of 6 or 7 fields, the seconds first.</summary>
    /// <param name="text">What was typed.</param>
    /// <param name="now">From when on it has to fire.</param>
    public static (Cron? Cron, string? Error) Read(string? text, DateTimeOffset now)
    {
        text = Spaces().Replace((text ?? "").Trim(), " ").ToUpperInvariant();
        if (text.Length == 0)
            return (null, "Write a cron expression, as 0 30 3 * * ? for every day at 03:30.");
        if (text.Length > MostCharacters)
            return (null, $"A cron expression has at most {MostCharacters} characters.");
        if (!Letters().IsMatch(text))
            return (null, "A cron expression holds digits, names of days and months, and * / , - ? # L W.");
        if (LongNumber().IsMatch(text))
            return (null, "A number of a cron expression has at most four digits.");
        var fields = text.Split(' ');
        if (fields.Length == 5)
            return (null, $"Begin with the seconds: 0 {text}");
        if (fields.Length is not (6 or 7))
            return (null, "Write six fields: second, minute, hour, day of month, month, day of week; a year may follow.");
        try
        {
            var cron = new Cron(new CronExpression(text, TimeZoneInfo.Utc), text);
            return cron.Next(now, 1).Count == 0 ? (null, "It never fires: no such day comes any more.") : (cron, null);
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or OverflowException)
        {
            var why = fault.Message.Split('\n')[0];
            return (null, why.Length > 160 ? why[..159] + "…" : why);
        }
    }

    /// <summary>The next times it fires, at most so many, in UTC.</summary>
    public IReadOnlyList<DateTimeOffset> Next(DateTimeOffset after, int most)
    {
        var times = new List<DateTimeOffset>();
        while (times.Count < most && _expression.GetNextValidTimeAfter(after) is { } next)
            times.Add(after = next);
        return times;
    }

    /// <summary>In words: <c>every day at 03:30</c>; the expression itself where words would be longer than it.</summary>
    public string InWords() => CronWords.Describe(Text) ?? $"by {Text}";

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\A[0-9A-Z*/,\-?# ]+\z")]
    private static partial Regex Letters();

    [GeneratedRegex("[0-9]{5}")]
    private static partial Regex LongNumber();
}
