namespace Crucible.Charts;

/// <summary>A bin of a histogram: from its left edge up to, and without, its right one; the last bin has both.</summary>
/// <param name="From">Left edge.</param>
/// <param name="To">Right edge, larger than the left one.</param>
/// <param name="Count">How many values lie in it, or another weight that is not negative.</param>
public readonly record struct Bin(double From, double To, double Count);

/// <summary>Gathers values into bins of one width.</summary>
public static class Bins
{
    /// <summary>
    /// Chooses the bins and counts. Their width is <c>2·IQR·n^(−1/3)</c>; where half of the values are one and the same, their
    /// number is <c>⌈log₂ n⌉ + 1</c>. Whole numbers get whole widths and edges half-way, so that no bin takes more of them than its neighbour.
    /// </summary>
    /// <param name="values">NaN and infinities do not count.</param>
    /// <param name="count">How many bins, if not by the rule.</param>
    /// <param name="most">No more bins than these.</param>
    /// <returns>Adjoining bins in ascending order; none for no finite value.</returns>
    /// <remarks>Freedman and Diaconis, On the histogram as a density estimator (1981); Sturges, The choice of a class interval (1926).</remarks>
    public static IReadOnlyList<Bin> Of(IEnumerable<double> values, int? count = null, int most = 80)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var sorted = Quantiles.Sorted(values);
        if (sorted.Length == 0) return [];
        var edges = Edges(sorted, Math.Clamp(count ?? Number(sorted, most), 1, most), count is null);
        var counts = new double[edges.Length - 1];
        var bin = 0;
        foreach (var value in sorted)
        {
            while (bin < counts.Length - 1 && value >= edges[bin + 1]) bin++;
            counts[bin]++;
        }
        return [.. counts.Select((n, i) => new Bin(edges[i], edges[i + 1], n))];
    }

    private static int Number(double[] sorted, int most)
    {
        var width = 2 * (Quantiles.Of(sorted, .75) - Quantiles.Of(sorted, .25)) * Math.Pow(sorted.Length, -1d / 3);
        var number = width > 0 ? Math.Ceiling(sorted[^1] / width - sorted[0] / width) : Math.Ceiling(Math.Log2(sorted.Length)) + 1;
        return double.IsFinite(number) ? (int)Math.Clamp(number, 1, most) : most;
    }

    private static double[] Edges(double[] sorted, int number, bool free)
    {
        var (low, high) = (sorted[0], sorted[^1]);
        if (free && high < 1e15 && low > -1e15 && high - low >= 1 && sorted.All(v => v == Math.Floor(v)))
        {
            var width = Math.Max(1, Math.Ceiling((high - low + 1) / number));
            return [.. Enumerable.Range(0, (int)Math.Ceiling((high - low + 1) / width) + 1).Select(i => low - .5 + i * width)];
        }
        if (low == high) return Around(low);
        double[] edges = [.. Enumerable.Range(0, number + 1).Select(i => i == number ? high : low * (1 - (double)i / number) + high * ((double)i / number)).Distinct()];
        // So near each other that nothing fits between: one bin.
        return edges.Zip(edges.Skip(1)).All(e => e.First < e.Second) ? edges : [low, high];
    }

    private static double[] Around(double value)
    {
        var half = value == Math.Floor(value) && Math.Abs(value) < 1e15 ? .5 : Math.Abs(value) * .05;
        var (from, to) = (value - half, value + half);
        return from < to && double.IsFinite(from) && double.IsFinite(to) ? [from, to] : [Math.BitDecrement(value), Math.BitIncrement(value)];
    }
}
