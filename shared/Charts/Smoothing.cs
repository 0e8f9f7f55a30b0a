namespace Crucible.Charts;

/// <summary>
/// The exponential moving average with its start corrected: <c>m ← w·m + (1−w)·y</c>, <c>d ← w·d + (1−w)</c>, shown is
/// <c>m / d</c>. The scripts of a page go on from the same state.
/// </summary>
/// <param name="weight">0 (no smoothing) to 0.999.</param>
/// <remarks>Kingma and Ba, Adam (2015), section 3, for the correction; TensorBoard draws the same curve.</remarks>
public sealed class Smoothing(double weight)
{
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
}
