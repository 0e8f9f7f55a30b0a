namespace Crucible.Charts;

/// <summary>An estimate with its interval.</summary>
/// <param name="Name">What was estimated.</param>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record ForestRow(string Name, double Value, double Low, double High)
{
    /// <summary>How much it counts; the square's area follows it. NaN where nothing is weighed.</summary>
    public double Weight { get; init; } = double.NaN;

    /// <summary>What sums up the others: drawn as a diamond from end to end.</summary>
    public bool Summary { get; init; }
}

/// <summary>What a forest plot is asked to show: estimates below each other on one scale.</summary>
public sealed record ForestPlan
{
    /// <summary>The estimates, from top to bottom.</summary>
    public required IReadOnlyList<ForestRow> Rows { get; init; }

    /// <summary>Where there is no effect: 0 for differences, 1 for ratios; null draws none.</summary>
    public double? Reference { get; init; }

    /// <summary>Logarithms, as ratios want.</summary>
    public bool Log { get; init; }

    /// <summary>Works out the drawing.</summary>
    public ForestDrawing Draw() => new(this);
}

/// <summary>A forest plot, worked out.</summary>
public sealed class ForestDrawing
{
    private readonly double _heaviest;

    internal ForestDrawing(ForestPlan plan)
    {
        Plan = plan;
        var values = plan.Rows.SelectMany(r => new[] { r.Value, r.Low, r.High }).Append(plan.Reference ?? double.NaN).ToList();
        X = Scale.Fit(values, 5, plan.Log && values.Any(v => v > 0 && double.IsFinite(v)));
        _heaviest = plan.Rows.Where(r => !r.Summary && double.IsFinite(r.Weight)).Select(r => r.Weight).DefaultIfEmpty(0).Max();
    }

    /// <summary>What was asked for.</summary>
    public ForestPlan Plan { get; }

    /// <summary>The horizontal scale.</summary>
    public Scale X { get; }

    /// <summary>Whether no estimate is a number.</summary>
    public bool IsEmpty => Plan.Rows.All(r => !double.IsFinite(r.Value));

    /// <summary>Height of a row's middle.</summary>
    public double Middle(int row) => (row + .5) * Scale.Extent / Plan.Rows.Count;

    /// <summary>Ends of the interval on the plot and whether they are the real ones; an infinite end is the plot's edge. Null without an interval.</summary>
    public (double From, double To, bool OpenLeft, bool OpenRight)? Interval(ForestRow row)
    {
        if (double.IsNaN(row.Low) || double.IsNaN(row.High) || row.Low > row.High) return null;
        var openLeft = double.IsInfinity(row.Low) || (X.Log && row.Low <= 0);
        return (Clamp(X.At(row.Low)), Clamp(X.At(row.High)), openLeft, double.IsInfinity(row.High));
    }

    /// <summary>Where the estimate lies; null for none.</summary>
    public double? Place(ForestRow row) => double.IsFinite(row.Value) && (!X.Log || row.Value > 0) ? Clamp(X.At(row.Value)) : null;

    /// <summary>Side of the square in pixels, 5 to 13: its area follows the weight.</summary>
    public double Side(ForestRow row) => double.IsFinite(row.Weight) && row.Weight >= 0 && _heaviest > 0 ? Math.Max(5, 13 * Math.Sqrt(row.Weight / _heaviest)) : 8;

    private static double Clamp(double place) => Math.Clamp(place, 0, Scale.Extent);
}
