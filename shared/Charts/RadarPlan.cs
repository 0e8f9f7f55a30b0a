namespace Crucible.Charts;

/// <summary>A spoke of a radar chart.</summary>
/// <param name="Name">What it measures.</param>
/// <param name="Low">The value at the centre.</param>
/// <param name="High">The value at the rim; below <paramref name="Low"/> where less is better.</param>
public sealed record Spoke(string Name, double Low = 0, double High = 1);

/// <summary>A shape of a radar chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Values">One for each spoke; NaN leaves it out, what lies beyond an end is drawn there.</param>
/// <param name="Colour">1 to 6; 0 takes the series' place.</param>
public sealed record RadarSeries(string Name, IReadOnlyList<double> Values, int Colour = 0);

/// <summary>What a radar chart is asked to show: a few things by several measures, each with a scale of its own.</summary>
public sealed record RadarPlan
{
    /// <summary>The spokes, clockwise from the top; three to twelve read well.</summary>
    public required IReadOnlyList<Spoke> Spokes { get; init; }

    /// <summary>The shapes, the most important first: it is drawn last, on top.</summary>
    public required IReadOnlyList<RadarSeries> Series { get; init; }

    /// <summary>Works out the drawing.</summary>
    public RadarDrawing Draw() => new(this);
}

/// <summary>A radar chart, worked out; its centre is at 500, 500.</summary>
public sealed class RadarDrawing
{
    /// <summary>Distance of the rim.</summary>
    public const double Rim = 370;

    internal RadarDrawing(RadarPlan plan)
    {
        Plan = plan;
        Shapes = [.. plan.Series.Select((s, i) => (s.Name, s.Colour is >= 1 and <= 6 ? s.Colour : i % 6 + 1, Polar.Polygon([.. plan.Spokes.Select((_, n) => Radius(i, n))])))];
    }

    /// <summary>What was asked for.</summary>
    public RadarPlan Plan { get; }

    /// <summary>Name, colour and outline of each series.</summary>
    public IReadOnlyList<(string Name, int Colour, string Path)> Shapes { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Plan.Spokes.Count == 0 || Plan.Series.All(s => s.Values.Take(Plan.Spokes.Count).All(v => double.IsNaN(v)));

    /// <summary>The value of a series on a spoke; NaN where there is none.</summary>
    public double Value(int series, int spoke) => spoke < Plan.Series[series].Values.Count ? Plan.Series[series].Values[spoke] : double.NaN;

    /// <summary>How far from the centre a value lies, 0 to <see cref="Rim"/>; NaN where there is none.</summary>
    public double Radius(int series, int spoke)
    {
        var (value, axis) = (Value(series, spoke), Plan.Spokes[spoke]);
        if (double.IsNaN(value) || axis.Low == axis.High || !double.IsFinite(axis.Low) || !double.IsFinite(axis.High)) return double.NaN;
        var share = new Scale(Math.Min(axis.Low, axis.High), Math.Max(axis.Low, axis.High)).At(value) / Scale.Extent;
        return Math.Clamp(axis.Low < axis.High ? share : 1 - share, 0, 1) * Rim;
    }

    /// <summary>Where a place on a spoke is.</summary>
    public (double X, double Y) At(int spoke, double radius) => Polar.At((double)spoke / Plan.Spokes.Count, radius);
}
