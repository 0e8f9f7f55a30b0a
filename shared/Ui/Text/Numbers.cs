using System.Globalization;

namespace Crucible.Ui.Text;

/// <summary>
/// Numbers as people read them. The scripts of a page write the same words (<c>web/js/numbers.js</c>); both sides are
/// tested against <c>tests/shared/numbers.json</c>.
/// </summary>
public static class Numbers
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>
    /// Four significant digits without trailing zeros, for parameters and read-outs: <c>0.4381</c>, <c>3e-4</c>,
    /// <c>18,420</c>, <c>2</c>, <c>NaN</c>, <c>−∞</c>. Whole numbers below a billion keep every digit.
    /// </summary>
    public static string Short(double value) => Format(value, keepZeros: false);

    /// <summary>As <see cref="Short"/> with trailing zeros, for columns of measurements: <c>0.4290</c>, <c>2.160</c>.</summary>
    public static string Metric(double value) => Format(value, keepZeros: true);

    /// <summary>A whole number with thousands separators: <c>18,420</c>.</summary>
    public static string Count(long value) =>
        value < 0 ? "−" + Math.Abs((decimal)value).ToString("N0", Plain) : value.ToString("N0", Plain);

    /// <summary>A count in a small place: <c>999</c>, <c>1.2k</c>, <c>18k</c>, <c>3.4M</c>.</summary>
    public static string Compact(double value)
    {
        if (!double.IsFinite(value)) return Short(value);
        var size = Math.Abs(value);
        var (unit, name) = size switch { >= 999.5e6 => (1e9, "G"), >= 999.5e3 => (1e6, "M"), >= 999.5 => (1e3, "k"), _ => (1d, "") };
        if (unit == 1d) return Short(value);
        var scaled = size / unit;
        return (value < 0 ? "−" : "") + Trim(scaled.ToString(scaled < 9.95 ? "F1" : "F0", Plain)) + name;
    }

    /// <summary>A share of one as a whole percentage: <c>61%</c>; <c>&lt;1%</c> for what would read as nothing.</summary>
    public static string Percent(double share) =>
        share is > 0 and < 0.005 ? "<1%" : string.Create(Plain, $"{Math.Round(Math.Clamp(share, -99, 99) * 100, MidpointRounding.AwayFromZero):0}%");

    /// <summary>The value as a machine reads it back, for <c>value</c> and <c>data-</c> attributes.</summary>
    public static string Exact(double value) => double.IsNaN(value) ? "NaN" : value switch
    {
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => value.ToString("R", Plain),
    };

    private static string Format(double value, bool keepZeros)
    {
        if (double.IsNaN(value)) return "NaN";
        var sign = value < 0 ? "−" : "";
        var size = Math.Abs(value);
        if (size == 0) return "0";
        if (double.IsInfinity(size)) return sign + "∞";
        if (size is < 1e-3 or >= 1e12)
        {
            var parts = size.ToString("E2", Plain).Split('E');
            return $"{sign}{Trim(parts[0])}e{int.Parse(parts[1], NumberStyles.AllowLeadingSign, Plain).ToString(Plain)}";
        }
        if (Math.Floor(size) == size) return sign + size.ToString("N0", Plain);
        // Four digits count; compared and not computed, because logarithms differ in their last bit.
        var decimals = size switch { >= 1000 => 0, >= 100 => 1, >= 10 => 2, >= 1 => 3, >= .1 => 4, >= .01 => 5, _ => 6 };
        var text = HalfUp(size, decimals).ToString("N" + decimals.ToString(Plain), Plain);
        return sign + (keepZeros ? text : Trim(text));
    }

    // .NET rounds an exact half to even, the browser's toFixed upwards. A half is nudged over; the fused product tells
    // a true half from one that only rounding made.
    private static double HalfUp(double size, int decimals)
    {
        var power = Math.Pow(10, decimals);
        var half = Math.Floor(size * power) + .5;
        return Math.FusedMultiplyAdd(size, power, -half) == 0 ? Math.BitIncrement(size) : size;
    }

    internal static string Trim(string text) => text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
}
