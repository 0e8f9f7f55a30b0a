using System.Globalization;

namespace Crucible.Experiments.Domain.Console;

/// <summary>How grave a line is: kept as a number, read in the words that logging libraries use.</summary>
public static class ConsoleLevel
{
    private static readonly string[] Words = ["trace", "debug", "info", "warn", "error", "fatal"];

    /// <summary>The word on pages and on the wire; null for a line without one.</summary>
    public static string? Word(short? level) => level is >= 0 and <= 5 ? Words[level.Value] : null;

    /// <summary>
    /// Reads a level: <c>info</c>, <c>WARNING</c>, <c>critical</c>, or a number as Python's logging has them (10 debug, 20 info,
    /// 30 warn, 40 error, 50 fatal). Null for anything else.
    /// </summary>
    public static short? Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number))
            return (short)Math.Clamp(number / 10, 0, 5);
        return text.Trim().ToLowerInvariant() switch
        {
            "trace" or "notset" or "verbose" => 0,
            "debug" => 1,
            "info" or "information" or "notice" => 2,
            "warn" or "warning" => 3,
            "error" or "err" => 4,
            "fatal" or "critical" or "panic" => 5,
            _ => null,
        };
    }
}
