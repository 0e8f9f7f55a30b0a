namespace Crucible.Charts;

/// <summary>
/// How a value becomes a shade of a heat map. There are ten steps on either side, which is more than an eye tells apart, so
/// the whole picture is twenty-one paths at most.
/// </summary>
public sealed record Shades
{
    /// <summary>The darkest step.</summary>
    public const int Steps = 10;

    /// <summary>The shades of a scale whose ends are given; <paramref name="middle"/> makes it diverge from there.</summary>
    public Shades(double low, double high, double? middle = null)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || low > high) throw new ArgumentException($"Shades cannot go from {low} to {high}.");
        (Low, High, Middle) = (low, high, middle);
    }

    /// <summary>The value of the faintest shade, or of the strongest below the middle.</summary>
    public double Low { get; }

    /// <summary>The value of the strongest shade.</summary>
    public double High { get; }

    /// <summary>Where a diverging scale has no colour; null for a scale that only grows.</summary>
    public double? Middle { get; }

    /// <summary>
    /// The shades that fit the finite values. A diverging scale reaches equally far to both sides, so that equal shades are equally far from the middle.
    /// </summary>
    public static Shades Fit(IEnumerable<double> values, double? middle = null)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var value in values)
            if (double.IsFinite(value)) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) (low, high) = (0, 1);
        if (middle is not { } m) return new(low, high);
        var reach = Math.Max(Math.Abs(high - m), Math.Abs(m - low));
        return double.IsFinite(m - reach) && double.IsFinite(m + reach) ? new(m - reach, m + reach, m) : new(low, high, m);
    }

    /// <summary>The step of a value: 0 to <see cref="Steps"/>, below a middle −<see cref="Steps"/> to 0; null for NaN. Beyond the ends it is that of the end.</summary>
    public int? Of(double value)
    {
        if (double.IsNaN(value)) return null;
        if (Middle is not { } middle) return High > Low ? Step(value, Low, High) : Steps / 2;
        return value >= middle ? Step(value, middle, High) : -Step(value, middle, Low);
    }

    // Quarters, because the difference of two huge numbers overflows.
    private static int Step(double value, double from, double to)
    {
        if (from == to || double.IsInfinity(value)) return double.IsInfinity(value) && value > 0 == to > from ? Steps : 0;
        return (int)Math.Round(Math.Clamp((value / 4 - from / 4) / (to / 4 - from / 4), 0, 1) * Steps, MidpointRounding.AwayFromZero);
    }
}
