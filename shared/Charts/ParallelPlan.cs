using System.Text;

namespace Crucible.Charts;

/// <summary>An upright axis of parallel coordinates.</summary>
/// <param name="Name">What it measures.</param>
public sealed record Upright(string Name)
{
    /// <summary>Names instead of numbers; a row's value is then the place in this list.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Logarithms, as learning rates want.</summary>
    public bool Log { get; init; }
}

/// <summary>A line across all axes.</summary>
/// <param name="Name">What it is: a run.</param>
/// <param name="Values">One for each axis; NaN breaks the line.</param>
/// <param name="Colour">1 to 6, where the plan colours by no axis.</param>
public sealed record Strand(string Name, IReadOnlyList<double> Values, int Colour = 1);

/// <summary>What parallel coordinates are asked to show: many things by many measures.</summary>
public sealed record ParallelPlan
{
    /// <summary>The axes, from left to right.</summary>
    public required IReadOnlyList<Upright> Axes { get; init; }

    /// <summary>The lines; a few hundred can be told apart.</summary>
    public required IReadOnlyList<Strand> Strands { get; init; }

    /// <summary>The axis whose values shade the lines, often the result; null takes each line's colour.</summary>
    public int? ShadedBy { get; init; }

    /// <summary>Works out the drawing.</summary>
    public ParallelDrawing Draw() => new(this);
}

/// <summary>Parallel coordinates, worked out.</summary>
public sealed class ParallelDrawing
{
    private readonly Shades? _shades;

    internal ParallelDrawing(ParallelPlan plan)
    {
        Plan = plan;
        Scales = [.. plan.Axes.Select((axis, i) => axis.Names.Count > 0 ? new Scale(-.5, Math.Max(.5, axis.Names.Count - .5)) : Fit(plan.Strands.Select(s => Value(s, i)), axis.Log))];
        if (plan.ShadedBy is { } by && by >= 0 && by < plan.Axes.Count) _shades = Shades.Fit(plan.Strands.Select(s => Value(s, by)));
    }

    /// <summary>What was asked for.</summary>
    public ParallelPlan Plan { get; }

    /// <summary>The scale of each axis, from its smallest to its largest value.</summary>
    public IReadOnlyList<Scale> Scales { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Plan.Axes.Count == 0 || Plan.Strands.All(s => s.Values.All(v => !double.IsFinite(v)));

    /// <summary>Where an axis stands.</summary>
    public double Place(int axis) => Plan.Axes.Count == 1 ? 500 : axis * Scale.Extent / (Plan.Axes.Count - 1);

    /// <summary>How high, from the top, a line crosses an axis; NaN where it does not.</summary>
    public double Height(Strand strand, int axis)
    {
        var value = Value(strand, axis);
        return double.IsNaN(value) || (Scales[axis].Log && value <= 0) ? double.NaN : Math.Clamp(Scales[axis].FromTop(value), 0, 1000);
    }

    /// <summary>Path of a line, broken where a value is missing.</summary>
    public string Path(Strand strand)
    {
        var path = new StringBuilder();
        var pen = false;
        for (var i = 0; i < Plan.Axes.Count; i++)
        {
            var y = Height(strand, i);
            if (double.IsNaN(y)) { pen = false; continue; }
            path.Append(pen ? 'L' : 'M').Append(SvgPath.Text(Place(i))).Append(' ').Append(SvgPath.Text(y));
            // Alone between two gaps, or on the only axis, a line is a dot.
            if (!pen && (i + 1 == Plan.Axes.Count || double.IsNaN(Height(strand, i + 1)))) path.Append("h0");
            pen = true;
        }
        return path.ToString();
    }

    /// <summary>The shade of a line, 0 to <see cref="Shades.Steps"/>; null where lines have colours or it has no value.</summary>
    public int? Shade(Strand strand) => _shades?.Of(Value(strand, Plan.ShadedBy!.Value));

    /// <summary>A value in words.</summary>
    public ChartCell Word(Strand strand, int axis)
    {
        var value = Value(strand, axis);
        var names = Plan.Axes[axis].Names;
        return names.Count > 0 ? value >= 0 && value < names.Count ? names[(int)value] : ChartCell.Of(double.NaN) : value;
    }

    private static double Value(Strand strand, int axis) => axis < strand.Values.Count ? strand.Values[axis] : double.NaN;

    // From the smallest to the largest value, not to nice numbers: only the ends are labelled, and they should be true.
    private static Scale Fit(IEnumerable<double> values, bool log)
    {
        var finite = values.Where(v => double.IsFinite(v) && (!log || v > 0)).ToList();
        if (finite.Count == 0) return new(0, 1);
        var (low, high) = (finite.Min(), finite.Max());
        return low < high && double.IsFinite(high - low) ? new(low, high, log) : Scale.Fit([low], log: log);
    }
}
