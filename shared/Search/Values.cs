using System.Globalization;
using System.Text.RegularExpressions;

namespace Crucible.Search;

/// <summary>The typed values of qualifiers.</summary>
internal static partial class Values
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;
    private static readonly string[] Moments = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    public static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, Plain, out var number) && double.IsFinite(number) ? number : null;

    // 1m30s, 500ms, 1.5h; every unit at most once would be pedantry.
    public static TimeSpan? Duration(string text)
    {
        var match = Lengths().Match(text);
        if (!match.Success) return null;
        var seconds = 0d;
        for (var i = 0; i < match.Groups[1].Captures.Count; i++)
            seconds += double.Parse(match.Groups[1].Captures[i].Value, Plain) * match.Groups[2].Captures[i].Value switch { "ms" => .001, "s" => 1, "m" => 60, "h" => 3600, "d" => 86_400, _ => 604_800 };
        return seconds <= 3650 * 86_400d ? TimeSpan.FromSeconds(seconds) : null;
    }

    public static DateTimeOffset? Time(string text, DateTimeOffset now)
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        if (text.Equals("today", StringComparison.OrdinalIgnoreCase)) return today;
        if (text.Equals("yesterday", StringComparison.OrdinalIgnoreCase)) return today.AddDays(-1);
        if (DateTimeOffset.TryParseExact(text, Moments, Plain, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment)) return moment;
        return Duration(text) is { } ago ? now - ago : null;
    }

    [GeneratedRegex(@"^(?:(\d{1,9}(?:\.\d{1,6})?)(ms|[smhdw])){1,6}$")]
    private static partial Regex Lengths();
}
