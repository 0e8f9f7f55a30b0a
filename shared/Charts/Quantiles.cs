namespace Crucible.Charts;

/// <summary>Quantiles of a sample.</summary>
/// <remarks>Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), type 7: the rule of R, NumPy and spreadsheets.</remarks>
public static class Quantiles
{
    /// <summary>The finite values in ascending order; what the other functions of this folder expect.</summary>
    public static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite)];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>The value below which <paramref name="share"/> of the sample lies, between neighbours by their distance.</summary>
    /// <param name="sorted">Finite, in ascending order, at least one.</param>
    /// <param name="share">0 (the smallest) to 1 (the largest).</param>
    public static double Of(IReadOnlyList<double> sorted, double share)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Count);
        var place = Math.Clamp(share, 0, 1) * (sorted.Count - 1);
        var below = (int)place;
        if (below >= sorted.Count - 1) return sorted[^1];
        var part = place - below;
        // Weighted and not a + (b − a)·part, which overflows for two huge ones.
        return part == 0 ? sorted[below] : Math.Clamp(sorted[below] * (1 - part) + sorted[below + 1] * part, sorted[below], sorted[below + 1]);
    }

    /// <summary>The arithmetic mean, without overflow; NaN for nothing.</summary>
    public static double Mean(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return double.NaN;
        var mean = 0d;
        for (var i = 0; i < values.Count; i++)
        {
            // Kept up to date and not summed, so that far-away values keep their digits (Welford 1962).
            var off = values[i] - mean;
            mean += double.IsFinite(off) ? off / (i + 1) : values[i] / (i + 1) - mean / (i + 1);
        }
        return mean;
    }
}
