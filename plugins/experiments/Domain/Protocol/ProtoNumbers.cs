using System.Globalization;
using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>Numbers as proto-JSON has them: also as strings, also NaN and the infinities.</summary>
public static class ProtoNumbers
{
    // 2^63 as a double: the first that does not fit.
    private const double TooLarge = 9223372036854775808.0;

    /// <summary>A number, or a string that holds one: "NaN", "Infinity", "-Infinity", "1e-3".</summary>
    public static double? ToDouble(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : text switch
        {
            "inf" or "+inf" => double.PositiveInfinity,
            "-inf" => double.NegativeInfinity,
            _ => null,
        };

    /// <summary>A whole number of 64 bits from a string.</summary>
    public static long? ToInt64(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A whole number that was written as 1.0 or 1e3.</summary>
    public static long? ToInt64(double number) =>
        number == Math.Floor(number) && number is >= -TooLarge and < TooLarge ? (long)number : null;

    /// <summary>
    /// Writes a number as MLflow answers it: NaN as the string "NaN", infinities as "Infinity" and "-Infinity",
    /// everything else as the shortest number that reads back as the same double, the sign of zero included.
    /// </summary>
    public static void WriteProtoNumber(this Utf8JsonWriter writer, ReadOnlySpan<byte> name, double number)
    {
        writer.WritePropertyName(name);
        if (double.IsNaN(number))
            writer.WriteStringValue("NaN"u8);
        else if (double.IsInfinity(number))
            writer.WriteStringValue(number > 0 ? "Infinity"u8 : "-Infinity"u8);
        else if (number == 0 && double.IsNegative(number))
            // "-0" would be an integer to Python, and integers have no negative zero.
            writer.WriteRawValue("-0.0"u8);
        else
            writer.WriteNumberValue(number);
    }
}
