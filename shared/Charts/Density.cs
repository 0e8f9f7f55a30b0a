namespace Crucible.Charts;

/// <summary>A smooth estimate of how values are distributed: the body of a violin.</summary>
/// <param name="Points">Places in ascending order with the density there, in values per unit of the axis; its area is 1.</param>
/// <param name="Bandwidth">Standard deviation of the kernel, in the values' unit.</param>
/// <remarks>
/// A Gaussian kernel with the bandwidth <c>0.9·min(s, IQR/1.34)·n^(−1/5)</c>: Silverman, Density Estimation (1986), equation 3.31.
/// </remarks>
public sealed record Density(IReadOnlyList<(double At, double Height)> Points, double Bandwidth)
{
    private const int Grid = 512; // beyond so many values, neighbours are gathered first

    /// <summary>Estimates it; null where no two values differ, which has no density.</summary>
    /// <param name="sorted">As of <see cref="Quantiles.Sorted"/>.</param>
    /// <param name="points">At how many places.</param>
    /// <param name="cut">By how many bandwidths it goes on beyond the smallest and the largest value.</param>
    public static Density? Of(IReadOnlyList<double> sorted, int points = 64, double cut = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 2);
        if (sorted.Count < 2 || !(sorted[0] < sorted[^1])) return null;
        var width = Silverman(sorted);
        if (!(width > 0) || !double.IsFinite(width) || !double.IsFinite(sorted[^1] - sorted[0])) return null;
        var (low, high) = (sorted[0] - cut * width, sorted[^1] + cut * width);
        var kernels = Gather(sorted);
        var list = new List<(double, double)>(points);
        for (var i = 0; i < points; i++)
        {
            var at = low + (high - low) * i / (points - 1);
            var sum = 0d;
            foreach (var (place, weight) in kernels)
            {
                var far = (at - place) / width;
                if (Math.Abs(far) < 8) sum += weight * Math.Exp(-.5 * far * far);
            }
            list.Add((at, sum / (sorted.Count * width * Math.Sqrt(2 * Math.PI))));
        }
        return new(list, width);
    }

    private static double Silverman(IReadOnlyList<double> sorted)
    {
        var mean = Quantiles.Mean(sorted);
        var deviation = Math.Sqrt(sorted.Sum(v => (v - mean) * ((v - mean) / (sorted.Count - 1))));
        var quartiles = (Quantiles.Of(sorted, .75) - Quantiles.Of(sorted, .25)) / 1.34;
        // Where half of the values are the same the quartiles say nothing.
        return .9 * (quartiles > 0 ? Math.Min(deviation, quartiles) : deviation) * Math.Pow(sorted.Count, -.2);
    }

    // Each value is shared out between the two places beside it (linear binning), which keeps the mean.
    private static IEnumerable<(double Place, double Weight)> Gather(IReadOnlyList<double> sorted)
    {
        if (sorted.Count <= Grid * 4) return sorted.Select(v => (v, 1d));
        var weights = new double[Grid];
        var step = (sorted[^1] - sorted[0]) / (Grid - 1);
        foreach (var value in sorted)
        {
            var place = Math.Clamp((value - sorted[0]) / step, 0, Grid - 1);
            var below = Math.Min((int)place, Grid - 2);
            weights[below] += 1 - (place - below);
            weights[below + 1] += place - below;
        }
        return weights.Select((w, i) => (sorted[0] + i * step, w)).Where(k => k.w > 0).ToList();
    }
}
