namespace Crucible.Charts;

/// <summary>How far the lines of a group lie apart, as the half width of the band around their mean.</summary>
public enum BandKind
{
    /// <summary>The standard deviation of the sample, <c>s = √(Σ(y − ȳ)² / (n − 1))</c>.</summary>
    Deviation,

    /// <summary>The standard error of the mean, <c>s / √n</c>.</summary>
    Error,

    /// <summary>The 95 % confidence interval of the mean, <c>t₀.₉₇₅(n − 1) · s / √n</c>.</summary>
    Confidence,
}

/// <summary>The mean of several lines on a common grid, and how far they lie apart.</summary>
/// <param name="Mean">The mean at each place where at least one line has a value.</param>
/// <param name="Band">Mean less and plus the spread, where at least two have one.</param>
public sealed record GroupedLine(IReadOnlyList<Point> Mean, IReadOnlyList<Range> Band)
{
    // Student's t, 97.5 %, for 1 to 30 degrees of freedom.
    private static readonly double[] T =
    [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314,
        2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
    ];

    /// <summary>
    /// Aligns lines on a grid of evenly spaced places from the first to the last of all their points. Between its points a line is
    /// straight; before its first and behind its last it has no value, and neither where it is NaN or infinite.
    /// </summary>
    /// <param name="lines">Each in ascending order of X.</param>
    /// <param name="places">How many places the grid has, at least 2.</param>
    /// <param name="band">What the band shows.</param>
    public static GroupedLine Of(IReadOnlyList<IReadOnlyList<Point>> lines, int places, BandKind band)
    {
        List<Point[]> clean = [.. lines.Select(l => l.Where(p => double.IsFinite(p.Y)).ToArray()).Where(l => l.Length > 0)];
        if (clean.Count == 0) return new([], []);
        double low = clean.Min(l => l[0].X), high = clean.Max(l => l[^1].X);
        List<Point> mean = [];
        List<Range> sides = [];
        var next = new int[clean.Count];
        var values = new List<double>(clean.Count);
        for (var i = 0; i < (low < high ? places : 1); i++)
        {
            var x = low < high ? low + (high - low) * i / (places - 1) : low;
            values.Clear();
            for (var l = 0; l < clean.Count; l++)
                if (At(clean[l], x, ref next[l]) is { } y) values.Add(y);
            if (values.Count == 0) continue;
            var middle = Quantiles.Mean(values);
            mean.Add(new(x, middle));
            if (values.Count > 1 && Half(values, middle, band) is var half && double.IsFinite(half)) sides.Add(new(x, middle - half, middle + half));
        }
        return new(mean, sides);
    }

    /// <summary>The 97.5 % quantile of Student's t distribution.</summary>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    /// <remarks>A table up to 30; beyond, the expansion of Cornish and Fisher (Abramowitz and Stegun 26.7.5), exact to four decimals there.</remarks>
    public static double Student(int freedom)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(freedom, 1);
        if (freedom <= T.Length) return T[freedom - 1];
        const double z = 1.959963985;
        double n = freedom;
        return z + (Math.Pow(z, 3) + z) / (4 * n) + (5 * Math.Pow(z, 5) + 16 * Math.Pow(z, 3) + 3 * z) / (96 * n * n)
            + (3 * Math.Pow(z, 7) + 19 * Math.Pow(z, 5) + 17 * Math.Pow(z, 3) - 15 * z) / (384 * n * n * n);
    }

    private static double Half(List<double> values, double mean, BandKind band)
    {
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
        return band switch
        {
            BandKind.Error => deviation / Math.Sqrt(values.Count),
            BandKind.Confidence => Student(values.Count - 1) * deviation / Math.Sqrt(values.Count),
            _ => deviation,
        };
    }

    private static double? At(Point[] line, double x, ref int next)
    {
        // Rounding of the grid's last place must not lose a line's last point.
        var slack = Math.Abs(x) * 1e-12;
        if (x < line[0].X - slack || x > line[^1].X + slack) return null;
        while (next < line.Length - 1 && line[next + 1].X <= x) next++;
        var (a, b) = (line[next], line[Math.Min(next + 1, line.Length - 1)]);
        if (!(b.X > a.X) || x <= a.X) return a.Y;
        var part = Math.Min(1, (x - a.X) / (b.X - a.X));
        return a.Y * (1 - part) + b.Y * part;
    }
}
