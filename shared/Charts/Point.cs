namespace Crucible.Charts;

/// <summary>A measurement.</summary>
/// <param name="X">Where on the horizontal axis: a step, seconds since the start, or Unix milliseconds. Finite.</param>
/// <param name="Y">The value. NaN breaks the line, infinities lie on the edge of the plot.</param>
/// <param name="At">When it was taken, in Unix milliseconds; 0 when nobody knows.</param>
public readonly record struct Point(double X, double Y, long At = 0);

/// <summary>The range of values at one place of the horizontal axis.</summary>
/// <param name="X">Where.</param>
/// <param name="Low">The smallest value.</param>
/// <param name="High">The largest value.</param>
public readonly record struct Range(double X, double Low, double High);

/// <summary>What the horizontal axis counts.</summary>
public enum Axis
{
    /// <summary>Steps or another plain number.</summary>
    Step,

    /// <summary>Seconds since the start.</summary>
    Elapsed,

    /// <summary>Unix milliseconds, shown in UTC.</summary>
    Time,
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">In ascending order of X.</param>
public sealed record Series(string Name, IReadOnlyList<Point> Points)
{
    /// <summary>How it is told apart, a number of <see cref="Look"/>: 1 to 6 are the colours. 0 takes the series' place in the chart.</summary>
    public int Colour { get; init; }

    /// <summary>The run whose points are appended live; null for a line that is finished with.</summary>
    public string? Run { get; init; }

    /// <summary>The metric's key in <c>points</c> messages.</summary>
    public string? Key { get; init; }

    /// <summary>How many changes of the run this drawing holds; messages count on from there.</summary>
    public long Rev { get; init; }

    /// <summary>Unix milliseconds of the start of the run, from which <see cref="Axis.Elapsed"/> counts.</summary>
    public long Start { get; init; }

    /// <summary>Draws a head that pulses: more points will come.</summary>
    public bool Live { get; init; }

    /// <summary>A band around the line: minimum and maximum of folds or of a reduction.</summary>
    public IReadOnlyList<Range> Band { get; init; } = [];

    /// <summary>Where the legend's name leads, and the line itself in a chart of several.</summary>
    public string? Url { get; init; }

    /// <summary>The measured line that is drawn faintly behind a smoothed one, where it is another reduction of the points; null for <see cref="Points"/>.</summary>
    public IReadOnlyList<Point>? Raw { get; init; }

    /// <summary>Is drawn stronger than the others.</summary>
    public bool Marked { get; init; }
}
