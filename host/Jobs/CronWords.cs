using System.Globalization;

namespace Crucible.Host.Jobs;

/// <summary>
/// Says in words when a valid cron expression fires. It knows the shapes people write (every n, one time or a few, some days) and
/// returns null for the rest; nothing is ever expanded, so its cost is that of its text.
/// </summary>
internal static class CronWords
{
    private const int MostListed = 6;
    private static readonly string[] Days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] DayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly string[] Months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Ordinals = ["first", "second", "third", "fourth", "fifth"];

    public static string? Describe(string cron)
    {
        var fields = cron.Split(' ');
        if (fields.Length is not (6 or 7))
            return null;
        var (time, isTimes) = Time(fields[0], fields[1], fields[2]);
        var day = Day(fields[3], fields[5]);
        var month = IsAny(fields[4]) ? "" : List(fields[4], MonthNames, Months, 1) is { } months ? $" in {months}" : null;
        var year = fields.Length == 6 || IsAny(fields[6]) ? "" : List(fields[6], [], [], 0) is { } years ? $" in {years}" : null;
        if (time is null || day is null || month is null || year is null)
            return null;
        var when = day.Length == 0 ? isTimes ? "every day " : "" : isTimes ? $"{day} " : "";
        return $"{when}{time}{(day.Length > 0 && !isTimes ? $", {day}" : "")}{month}{year}";
    }

    private static (string? Words, bool IsTimes) Time(string second, string minute, string hour)
    {
        if (Step(second) is { } seconds && IsAny(minute) && IsAny(hour))
            return (seconds == 1 ? "every second" : $"every {seconds} seconds", false);
        if (Number(second) is not { } s)
            return (null, false);
        var past = s == 0 ? "" : $", {s} s past";
        if (Step(minute) is { } minutes && IsAny(hour))
            return ((minutes == 1 ? "every minute" : $"every {minutes} minutes") + past, false);
        if (Number(minute) is not { } m)
            return (null, false);
        if (Step(hour) is { } hours)
            return ((hours == 1 ? "every hour" : $"every {hours} hours") + (m == 0 && s == 0 ? "" : $" at {m:00}:{s:00} past"), false);
        var times = hour.Split(',');
        if (times.Length <= MostListed && times.All(t => Number(t) is not null))
            return ("at " + Join([.. times.Select(t => Number(t)!.Value).Order().Select(h => $"{h:00}:{m:00}{(s == 0 ? "" : $":{s:00}")}")]), true);
        return hour.Split('-') is [var from, var to] && Number(from) is { } first && Number(to) is { } last
            ? ($"every hour from {first:00}:{m:00} to {last:00}:{m:00}", false) : (null, false);
    }

    private static string? Day(string ofMonth, string ofWeek)
    {
        if (IsAny(ofMonth) && IsAny(ofWeek))
            return "";
        if (IsAny(ofMonth))
        {
            if (ofWeek.Split('#') is [var nth, var n] && Named(nth, DayNames, Days, 1) is { } day && Number(n) is >= 1 and <= 5 and var which)
                return $"on the {Ordinals[which - 1]} {day} of the month";
            if (ofWeek.Length > 1 && ofWeek.EndsWith('L') && Named(ofWeek[..^1], DayNames, Days, 1) is { } last)
                return $"on the last {last} of the month";
            return List(ofWeek, DayNames, Days, 1) is { } days ? (ofWeek.Contains('-', StringComparison.Ordinal) ? "" : "on ") + days : null;
        }
        if (!IsAny(ofWeek))
            return null;
        if (ofMonth is "L")
            return "on the last day of the month";
        if (ofMonth is "LW")
            return "on the last weekday of the month";
        if (ofMonth.EndsWith('W') && Number(ofMonth[..^1]) is { } near)
            return $"on the weekday nearest day {near} of the month";
        return List(ofMonth, [], [], 0) is { } numbers ? $"on day {numbers} of the month" : Step(ofMonth) is { } step ? $"every {step} days of the month" : null;
    }

    private static bool IsAny(string field) => field is "*" or "?";

    // "*", "*/n" and "0/n" are every n; what begins later is too rare to have a word.
    private static int? Step(string field) => field is "*" ? 1 : field.StartsWith("*/", StringComparison.Ordinal) || field.StartsWith("0/", StringComparison.Ordinal) ? Number(field[2..]) : null;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 10_000 ? number : null;

    private static string? Named(string text, string[] names, string[] words, int from)
    {
        var at = Array.IndexOf(names, text);
        if (at < 0 && Number(text) is { } number)
            return words.Length == 0 ? number.ToString(CultureInfo.InvariantCulture) : number - from >= 0 && number - from < words.Length ? words[number - from] : null;
        return at < 0 ? null : words[at];
    }

    private static string? List(string field, string[] names, string[] words, int from)
    {
        var parts = field.Split(',');
        if (parts.Length > MostListed)
            return null;
        var said = new List<string>();
        foreach (var part in parts)
            if (part.Split('-') is [var low, var high] && Named(low, names, words, from) is { } first && Named(high, names, words, from) is { } last)
                said.Add($"{first} to {last}");
            else if (Named(part, names, words, from) is { } one)
                said.Add(one);
            else
                return null;
        return Join(said);
    }

    private static string Join(IReadOnlyList<string> words) => words.Count <= 1 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} and {words[^1]}";
}
