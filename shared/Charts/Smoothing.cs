namespace Crucible.Charts;

/// <summary>How a line is smoothed.</summary>
public enum Smoother
{
    /// <summary>By what came before, with the start corrected: <see cref="Smoothing"/>.</summary>
    Exponential,

    /// <summary>By neighbours on both sides, weighted by a normal curve.</summary>
    Gaussian,

    /// <summary>By the mean of the neighbours on both sides.</summary>
    Mean,
}

/// <summary>
/// The exponential moving average with its start corrected: <c>m ← w·m + (1−w)·y</c>, <c>d ← w·d + (1−w)</c>, shown is
/// <c>m / d</c>. The scripts of a page go on from the same state.
/// </summary>
/// <param name="weight">0 (no smoothing) to 0.999.</param>
/// <remarks>Kingma and Ba, Adam (2015), section 3, for the correction; TensorBoard draws the same curve.</remarks>
public sealed class Smoothing(double weight)
{
    private const double Farthest = 200;

    private readonly double _weight = Math.Clamp(double.IsNaN(weight) ? 0 : weight, 0, .999);

    /// <summary>The uncorrected mean.</summary>
    public double Mean { get; private set; }

    /// <summary>The weight it has gathered, 0 to 1.</summary>
    public double Mass { get; private set; }

    /// <summary>Takes one value and gives the smoothed one. NaN and infinities pass through and leave no trace.</summary>
    public double Next(double value)
    {
        if (!double.IsFinite(value)) return value;
        Mean = _weight * Mean + (1 - _weight) * value;
        Mass = _weight * Mass + (1 - _weight);
        return Mean / Mass;
    }

    /// <summary>
    /// How many points to either side count, so that all three kinds smooth about as much at the same weight: <c>w / (1 − w)</c>,
    /// which is how far an exponential average lags; at most 200.
    /// </summary>
    /// <param name="weight">0 to 0.999.</param>
    public static double Reach(double weight) => Math.Min(Farthest, Math.Clamp(double.IsNaN(weight) ? 0 : weight, 0, .999) is var w ? w / (1 - w) : 0);

    /// <summary>A line smoothed by its neighbours on both sides; at an end, by those that there are.</summary>
    /// <param name="values">In the order of the axis. NaN and infinities pass through and count for nobody else.</param>
    /// <param name="smoother"><see cref="Smoother.Gaussian"/>: weights <c>exp(−i² / 2r²)</c> for |i| ≤ 3r; <see cref="Smoother.Mean"/>: equal weights for |i| ≤ r, where r is <see cref="Reach"/>.</param>
    /// <param name="weight">0 (no smoothing) to 0.999.</param>
    public static double[] Around(IReadOnlyList<double> values, Smoother smoother, double weight)
    {
        var reach = Reach(weight);
        var half = (int)Math.Round(smoother == Smoother.Gaussian ? 3 * reach : reach);
        var weights = new double[half + 1];
        for (var i = 0; i <= half; i++) weights[i] = smoother == Smoother.Gaussian && reach > 0 ? Math.Exp(-i * (double)i / (2 * reach * reach)) : 1;
        var smooth = new double[values.Count];
        for (var at = 0; at < smooth.Length; at++)
        {
            smooth[at] = values[at];
            if (!double.IsFinite(values[at]) || half == 0) continue;
            int from = Math.Max(0, at - half), to = Math.Min(smooth.Length - 1, at + half);
            var mass = 0d;
            for (var i = from; i <= to; i++) if (double.IsFinite(values[i])) mass += weights[Math.Abs(i - at)];
            // Each share by itself: the sum of two values of 1e308 would be infinite.
            var mean = 0d;
            for (var i = from; i <= to; i++) if (double.IsFinite(values[i])) mean += values[i] * (weights[Math.Abs(i - at)] / mass);
            smooth[at] = mean;
        }
        return smooth;
    }
}
