namespace Crucible.Charts;

/// <summary>The straight line through points that leaves the least squares: <c>y = Intercept + Slope·x</c>.</summary>
/// <param name="Slope">Units of y for one of x.</param>
/// <param name="Intercept">y where x is 0.</param>
/// <param name="R">Pearson's correlation, −1 to 1; 0 where every y is the same.</param>
/// <param name="Count">How many points it goes through.</param>
/// <remarks>Computed about the means, since sums of squares of far-away values lose every digit (Chan, Golub and LeVeque 1983).</remarks>
public sealed record Trend(double Slope, double Intercept, double R, int Count)
{
    /// <summary>Fits it; null with fewer than two different places of finite points.</summary>
    public static Trend? Of(IEnumerable<(double X, double Y)> points)
    {
        var finite = points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToList();
        if (finite.Count < 2) return null;
        var (mx, my) = (Quantiles.Mean([.. finite.Select(p => p.X)]), Quantiles.Mean([.. finite.Select(p => p.Y)]));
        double xx = 0, xy = 0, yy = 0;
        foreach (var (x, y) in finite)
        {
            xx += (x - mx) * (x - mx);
            xy += (x - mx) * (y - my);
            yy += (y - my) * (y - my);
        }
        if (!(xx > 0) || !double.IsFinite(xx) || !double.IsFinite(yy)) return null;
        var slope = xy / xx;
        return new(slope, my - slope * mx, yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1) : 0, finite.Count);
    }

    /// <summary>y at a place.</summary>
    public double At(double x) => Intercept + Slope * x;
}
