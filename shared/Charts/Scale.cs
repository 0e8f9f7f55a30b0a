namespace Crucible.Charts;

/// <summary>Maps values to the drawing's 0 to 1000, linearly or by their logarithm.</summary>
public readonly record struct Scale
{
    /// <summary>Length of the drawing in either direction.</summary>
    public const double Extent = 1000;

    /// <summary>The scale from <paramref name="low"/> to <paramref name="high"/>; both positive for a logarithmic one.</summary>
    public Scale(double low, double high, bool log = false, double step = 0)
    {
        if (!double.IsFinite(low) || !double.IsFinite(high) || low >= high || (log && low <= 0))
            throw new ArgumentException($"A scale cannot go from {low} to {high}{(log ? " by logarithms" : "")}.");
        (Low, High, Log, Step) = (low, high, log, step);
    }

    /// <summary>The value at 0.</summary>
    public double Low { get; }

    /// <summary>The value at 1000.</summary>
    public double High { get; }

    /// <summary>Whether equal ratios have equal lengths.</summary>
    public bool Log { get; }

    /// <summary>Distance of the ticks that the ends were chosen for; 0 leaves the choice to the ticks.</summary>
    public double Step { get; }

    /// <summary>Where a value lies, 0 to 1000 within the scale and beyond it outside; infinities and what has no logarithm lie on an edge.</summary>
    public double At(double value)
    {
        if (double.IsPositiveInfinity(value)) return Extent;
        if (double.IsNegativeInfinity(value) || (Log && value <= 0)) return 0;
        if (Log) return (Math.Log10(value) - Math.Log10(Low)) / (Math.Log10(High) - Math.Log10(Low)) * Extent;
        // The difference of two huge numbers overflows, the halves of two tiny ones vanish.
        return (double.IsFinite(High - Low) ? (value - Low) / (High - Low) : (value / 2 - Low / 2) / (High / 2 - Low / 2)) * Extent;
    }

    /// <summary>As <see cref="At"/>, counted from the top and kept within the drawing's neighbourhood.</summary>
    public double FromTop(double value) => Math.Clamp(Extent - At(value), -Extent, 2 * Extent);

    /// <summary>
    /// A scale that shows every finite value given. A constant one is put into the middle, nothing at all gets 0 to 1,
    /// and the ends lie on nice numbers.
    /// </summary>
    /// <param name="values">Values to show; NaN and infinities do not count.</param>
    /// <param name="ticks">About how many ticks there will be.</param>
    /// <param name="log">By logarithms, if there is a positive value.</param>
    public static Scale Fit(IEnumerable<double> values, int ticks = 5, bool log = false)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var value in values)
            if (double.IsFinite(value) && (!log || value > 0))
            {
                low = Math.Min(low, value);
                high = Math.Max(high, value);
            }
        if (low > high) return log ? new(.1, 1, true) : new(0, 1);
        return log ? FitLog(low, high) : FitLinear(low, high, ticks);
    }

    private static Scale FitLinear(double low, double high, int ticks)
    {
        // Below this share of its size a difference is noise of the arithmetic.
        if (high - low <= Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-9)
        {
            var half = low == 0 ? .5 : Math.Abs(low) * .1;
            (low, high) = (low - half, high + half);
            if (!double.IsFinite(low) || !double.IsFinite(high)) return new(-double.MaxValue, double.MaxValue);
            if (low >= high) return new(-double.Epsilon * 16, double.Epsilon * 16);
        }
        var step = Ticks.Around(low, high, ticks);
        var (from, to) = Ends(low, high, step);
        return double.IsFinite(from) && double.IsFinite(to) && from <= low && to >= high && from < to ? new(from, to, step: step) : new(low, high);
    }

    // The tolerance keeps 0.3 / 0.1 = 2.9999999999999996 from costing a whole step.
    internal static (double From, double To) Ends(double low, double high, double step)
    {
        var (from, to) = (Math.Floor(low / step + 1e-9) * step, Math.Ceiling(high / step - 1e-9) * step);
        return (Math.Min(from, low), Math.Max(to, high));
    }

    private static Scale FitLog(double low, double high)
    {
        if (high / low < 1.0001) (low, high) = (Math.Max(low / 2, double.Epsilon), Math.Min(high * 2, double.MaxValue));
        // Whole decades when there are several of them, else 1, 2 and 5 are ends enough.
        var from = Math.Pow(10, Math.Floor(Math.Log10(low)));
        var to = Math.Pow(10, Math.Ceiling(Math.Log10(high)));
        if (high / low < 30)
        {
            from = Last([from, from * 2, from * 5], v => v <= low) ?? low;
            to = First([to / 10, to / 5, to / 2, to], v => v >= high) ?? high;
        }
        if (!(from > 0) || from > low) from = low;
        if (!double.IsFinite(to) || to < high) to = high;
        return from < to ? new(from, to, true) : new(low, high, true);
    }

    private static double? Last(double[] values, Func<double, bool> fits) => values.Where(fits).Select(v => (double?)v).LastOrDefault();

    private static double? First(double[] values, Func<double, bool> fits) => values.Where(fits).Select(v => (double?)v).FirstOrDefault();
}
