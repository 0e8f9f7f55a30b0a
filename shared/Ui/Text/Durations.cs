using System.Globalization;

namespace Crucible.Ui.Text;

/// <summary>Durations and distances in time. The scripts of a page tick with the same words (<c>web/js/time.js</c>).</summary>
public static class Durations
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>Two units at most: <c>240ms</c>, <c>3.1s</c>, <c>38s</c>, <c>1m 12s</c>, <c>2h 01m</c>, <c>3d 04h</c>. Negative ones get a minus sign.</summary>
    public static string Short(TimeSpan time)
    {
        if (time < TimeSpan.Zero) return "−" + Short(time.Negate());
        if (time.TotalSeconds < 1) return string.Create(Plain, $"{(int)time.TotalMilliseconds}ms");
        if (time.TotalSeconds < 10) return Numbers.Trim((Math.Floor(time.TotalSeconds * 10) / 10).ToString("F1", Plain)) + "s";
        return Whole(time);
    }

    /// <summary>As <see cref="Short"/> in whole seconds, for what ticks: <c>3s</c>, <c>1m 12s</c>.</summary>
    public static string Whole(TimeSpan time)
    {
        if (time < TimeSpan.Zero) time = TimeSpan.Zero;
        return time switch
        {
            { TotalSeconds: < 60 } => string.Create(Plain, $"{(int)time.TotalSeconds}s"),
            { TotalMinutes: < 60 } => string.Create(Plain, $"{(int)time.TotalMinutes}m {time.Seconds:00}s"),
            { TotalHours: < 24 } => string.Create(Plain, $"{(int)time.TotalHours}h {time.Minutes:00}m"),
            _ => string.Create(Plain, $"{(int)time.TotalDays}d {time.Hours:00}h"),
        };
    }

    /// <summary>What an estimate may claim: <c>38s</c>, <c>46m</c>, <c>1h 25m</c>, <c>3d 04h</c>.</summary>
    public static string Rough(TimeSpan time) => time is { TotalSeconds: >= 60, TotalMinutes: < 60 }
        ? string.Create(Plain, $"{(int)time.TotalMinutes}m")
        : Whole(time);

    /// <summary>One unit: <c>just now</c>, <c>38s ago</c>, <c>3m ago</c>, <c>5h ago</c>, <c>12d ago</c>, <c>in 3m</c>; the date from 60 days on.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = (now - at).Duration();
        if (distance.TotalSeconds < 10) return "just now";
        var text = distance switch
        {
            { TotalSeconds: < 60 } => string.Create(Plain, $"{(int)distance.TotalSeconds}s"),
            { TotalMinutes: < 60 } => string.Create(Plain, $"{(int)distance.TotalMinutes}m"),
            { TotalHours: < 24 } => string.Create(Plain, $"{(int)distance.TotalHours}h"),
            { TotalDays: < 60 } => string.Create(Plain, $"{(int)distance.TotalDays}d"),
            _ => null,
        };
        return text is null ? Date(at) : at > now ? $"in {text}" : $"{text} ago";
    }

    /// <summary>The day: <c>14 Sep 2026</c>.</summary>
    public static string Date(DateTimeOffset at) => at.ToUniversalTime().ToString("d MMM yyyy", Plain);

    /// <summary>To the second, with its zone, for titles: <c>14 Sep 2026, 16:04:09 UTC</c>.</summary>
    public static string Full(DateTimeOffset at) => at.ToUniversalTime().ToString("d MMM yyyy, HH:mm:ss 'UTC'", Plain);

    /// <summary>For <c>datetime</c> attributes: ISO 8601 in UTC.</summary>
    public static string Iso(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", Plain);
}
