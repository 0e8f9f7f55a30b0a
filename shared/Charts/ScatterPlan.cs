namespace Crucible.Charts;

/// <summary>A point of a scatter plot.</summary>
/// <param name="X">Where; NaN and infinities are not drawn.</param>
/// <param name="Y">How high; NaN and infinities are not drawn.</param>
/// <param name="Name">What it is, for the read-out.</param>
/// <param name="Group">What it is drawn with; empty for none.</param>
public readonly record struct Dot(double X, double Y, string Name = "", string Group = "");

/// <summary>What a scatter plot is asked to show.</summary>
public sealed record ScatterPlan
{
    /// <summary>The points.</summary>
    public required IReadOnlyList<Dot> Dots { get; init; }

    /// <summary>Logarithms from left to right.</summary>
    public bool LogX { get; init; }

    /// <summary>Logarithms upwards.</summary>
    public bool Log { get; init; }

    /// <summary>Draws the line of least squares through all points shown, on the axes as they are.</summary>
    public bool Trend { get; init; }

    /// <summary>Left end of a zoom.</summary>
    public double? From { get; init; }

    /// <summary>Right end of a zoom.</summary>
    public double? To { get; init; }

    /// <summary>From this many points on, those that would lie on another of their group (within 1/250 of the plot) are left out.</summary>
    public int Most { get; init; } = 4000;

    /// <summary>Works out the drawing.</summary>
    public ScatterDrawing Draw() => new(this);
}

/// <summary>A group of points as it is drawn.</summary>
/// <param name="Name">What they have in common.</param>
/// <param name="Colour">1 to 6.</param>
/// <param name="Dots">Each with its place, 0 to 1000 from the left and the top.</param>
public sealed record DrawnDots(string Name, int Colour, IReadOnlyList<(Dot Dot, double X, double Y)> Dots);

/// <summary>A scatter plot, worked out.</summary>
public sealed class ScatterDrawing
{
    internal ScatterDrawing(ScatterPlan plan)
    {
        Plan = plan;
        bool logX = plan.LogX && plan.Dots.Any(d => d.X > 0 && double.IsFinite(d.X)), logY = plan.Log && plan.Dots.Any(d => d.Y > 0 && double.IsFinite(d.Y));
        var shown = plan.Dots.Where(d => double.IsFinite(d.X) && double.IsFinite(d.Y) && (!logX || d.X > 0) && (!logY || d.Y > 0)
            && d.X >= (plan.From ?? d.X) && d.X <= (plan.To ?? d.X)).ToList();
        Shown = shown.Count;
        X = plan is { From: { } from, To: { } to } && from < to && (!logX || from > 0) ? new(from, to, logX) : Scale.Fit(shown.Select(d => d.X), 4, logX);
        Y = Scale.Fit(shown.Select(d => d.Y), 4, logY);
        var groups = plan.Dots.Select(d => d.Group).Distinct().ToList(); // of all points: a zoom recolours nothing
        Groups = [.. shown.GroupBy(d => d.Group).OrderBy(g => groups.IndexOf(g.Key)).Select(g => new DrawnDots(g.Key, groups.IndexOf(g.Key) % 6 + 1, Thin([.. g.Select(d => (d, X.At(d.X), Y.FromTop(d.Y)))], shown.Count > plan.Most)))];
        if (plan.Trend) Trend = Charts.Trend.Of(shown.Select(d => (logX ? Math.Log10(d.X) : d.X, logY ? Math.Log10(d.Y) : d.Y)));
    }

    /// <summary>What was asked for.</summary>
    public ScatterPlan Plan { get; }

    /// <summary>How many points lie on the plot.</summary>
    public int Shown { get; }

    /// <summary>The groups, in the order in which they first came.</summary>
    public IReadOnlyList<DrawnDots> Groups { get; }

    /// <summary>The horizontal scale.</summary>
    public Scale X { get; }

    /// <summary>The vertical scale.</summary>
    public Scale Y { get; }

    /// <summary>The line of least squares, of logarithms where an axis has them; null if not asked for or without meaning.</summary>
    public Trend? Trend { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Groups.Count == 0;

    /// <summary>Path of the trend, from the first point to the last.</summary>
    public string TrendPath
    {
        get
        {
            if (Trend is null) return "";
            var all = Groups.SelectMany(g => g.Dots).ToList();
            double Height(double x) => Y.FromTop(Y.Log ? Math.Pow(10, Trend.At(X.Log ? Math.Log10(x) : x)) : Trend.At(X.Log ? Math.Log10(x) : x));
            var (left, right) = (all.MinBy(d => d.X), all.MaxBy(d => d.X));
            return $"M{SvgPath.Text(left.X)} {SvgPath.Text(Height(left.Dot.X))}L{SvgPath.Text(right.X)} {SvgPath.Text(Height(right.Dot.X))}";
        }
    }

    /// <summary>The marker of a group, about 8 pixels around 0: circle, square, triangle, diamond, cross, fallen triangle.</summary>
    public static string Marker(int colour) => colour switch
    {
        2 => "M-3.2-3.2h6.4v6.4h-6.4Z",
        3 => "M0-4.2L4 3.2h-8Z",
        4 => "M0-4.6L4.2 0L0 4.6L-4.2 0Z",
        5 => "M-1.4-4h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6v-2.8h2.6Z",
        6 => "M0 4.2L4-3.2h-8Z",
        _ => "M-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0Z",
    };

    private static IReadOnlyList<(Dot, double X, double Y)> Thin(IReadOnlyList<(Dot, double X, double Y)> dots, bool crowded) =>
        crowded ? [.. dots.DistinctBy(d => ((int)(d.X / 4), (int)(d.Y / 4)))] : dots;
}
