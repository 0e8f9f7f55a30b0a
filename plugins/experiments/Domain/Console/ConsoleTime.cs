using System.Globalization;

namespace Crucible.Experiments.Domain.Console;

/// <summary>Times as clients write them: ISO 8601, milliseconds or seconds of the Unix epoch, or how long ago.</summary>
public static class ConsoleTime
{
    // Seconds of the epoch stay below this until the year 5138; milliseconds are above it since 1973.
    private const double Seconds = 1e11;

    /// <summary>Reads <c>2026-11-20T10:00:00Z</c>, <c>1795183890954</c>, <c>1795183890.9</c>; a time without a zone is UTC. Null for anything else.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return Of(number);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
    }

    /// <summary>A number as a time; null when it is none of ours.</summary>
    public static DateTimeOffset? Of(double number)
    {
        var milliseconds = Math.Abs(number) < Seconds ? number * 1000 : number;
        return milliseconds is >= 0 and < 253402300800000 ? DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds) : null;
    }

    /// <summary>The same, or how long ago: <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>7d</c>, with or without a minus.</summary>
    public static DateTimeOffset? ReadSince(string? text, DateTimeOffset now)
    {
        if (text is not { Length: >= 2 and <= 12 } || !"smhd".Contains(text[^1], StringComparison.Ordinal))
            return Read(text);
        if (!double.TryParse(text.AsSpan(text[0] == '-' ? 1 : 0, text.Length - (text[0] == '-' ? 2 : 1)), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count))
            return null;
        var ago = count * text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 86400 };
        return ago <= 3_000_000_000 ? now.AddSeconds(-ago) : null;
    }
}
