namespace Crucible.Charts;

/// <summary>The figures of a box plot: quartiles, whiskers, and what lies beyond them.</summary>
/// <param name="Count">How many finite values there were.</param>
/// <param name="LowWhisker">The smallest value that is no outlier.</param>
/// <param name="LowQuartile">A quarter of the values lies below.</param>
/// <param name="Median">Half of the values lies below.</param>
/// <param name="HighQuartile">Three quarters of the values lie below.</param>
/// <param name="HighWhisker">The largest value that is no outlier.</param>
/// <param name="Mean">The arithmetic mean.</param>
/// <param name="Outliers">Values beyond the whiskers, in ascending order.</param>
/// <remarks>Tukey, Exploratory Data Analysis (1977): whiskers end at the last value within 1.5 times the distance of the quartiles.</remarks>
public sealed record BoxFigures(int Count, double LowWhisker, double LowQuartile, double Median, double HighQuartile, double HighWhisker, double Mean, IReadOnlyList<double> Outliers)
{
    /// <summary>Works them out; null when there is no finite value.</summary>
    /// <param name="sorted">As of <see cref="Quantiles.Sorted"/>.</param>
    public static BoxFigures? Of(IReadOnlyList<double> sorted)
    {
        if (sorted.Count == 0) return null;
        var (low, high) = (Quantiles.Of(sorted, .25), Quantiles.Of(sorted, .75));
        var reach = 1.5 * (high - low);
        // The quartiles lie between values, so the fence may have none on its inner side: then the box's edge is the whisker.
        var inside = sorted.Where(v => v >= low - reach && v <= high + reach).ToList();
        return new(sorted.Count, Math.Min(low, inside.Count == 0 ? low : inside[0]), low, Quantiles.Of(sorted, .5), high,
            Math.Max(high, inside.Count == 0 ? high : inside[^1]), Quantiles.Mean(sorted), [.. sorted.Where(v => v < low - reach || v > high + reach)]);
    }
}
