using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Range = Crucible.Charts.Range;

namespace Crucible.Experiments.Fragments;

/// <summary>A metric of one run, ready to be a line of a chart.</summary>
/// <param name="Run">The run.</param>
/// <param name="Line">Which metric, and its totals.</param>
/// <param name="Columns">What was read of it.</param>
/// <param name="Rev">How many changes of the run that holds, at least.</param>
/// <param name="Live">More points will come.</param>
/// <param name="Colour">A number of <see cref="Look"/>.</param>
public sealed record RunCurve(RunRow Run, Data.Series Line, IReadOnlyList<CurveColumn> Columns, long Rev, bool Live, int Colour = 1)
{
    /// <summary>Whether columns stand for more points than are drawn.</summary>
    public bool Gathered => Columns.Any(c => c.Points > 4);

    /// <summary>Where the horizontal axis counts another metric: its value at each step that was read.</summary>
    public IReadOnlyDictionary<long, double>? Across { get; init; }

    /// <summary>What the legend calls it, if not by its run.</summary>
    public string? Name { get; init; }

    /// <summary>Is drawn stronger than the others.</summary>
    public bool Marked { get; init; }

    /// <summary>No value of it is a number.</summary>
    public bool IsBlank => Columns.Count > 0 && Columns.All(c => c.Min is null);

    /// <summary>Some value of it is infinite.</summary>
    public bool IsInfinite => Columns.Any(c => c.Max?.Value == double.MaxValue || c.Min?.Value == double.MinValue);

    /// <summary>The line, on the axis of the page.</summary>
    /// <param name="filter">The axis, and whether it is smoothed.</param>
    /// <param name="dense">It is one of many: at most three points of a column are drawn, and no band.</param>
    public Charts.Series ToSeries(ChartFilter filter, bool dense = false)
    {
        // Extremes are no fair sample: smoothing them would turn one spike among a hundred points into a hill. A smoothed
        // line takes the ends of each column, and a band shows how far its values went.
        var fair = filter.Smooth > 0 && Gathered;
        var points = Placed(Columns.SelectMany(c => fair ? dense ? [c.Last] : Ends(c) : c.Drawn()), filter);
        if (dense && !fair && Gathered)
            points = Placed(Extremes(), filter);
        List<Range> band = fair && !dense ? [.. Columns.Where(c => c is { Min: not null, Max: not null } && X(c.Last, filter) is not null).Select(c => new Range(X(c.Last, filter)!.Value, c.Min!.Value.Value, c.Max!.Value.Value))] : [];
        if (filter.Axis != Axis.Step || Across is not null)
            band.Sort((a, b) => a.X.CompareTo(b.X));
        return new(Name ?? Run.Name, points)
        {
            Band = band,
            Raw = fair && dense ? Placed(Extremes(), filter) : null,
            Run = Run.RunId.ToString("N"),
            Key = Line.Key,
            Rev = Rev,
            Start = Run.StartTime,
            Live = Live,
            Colour = Colour,
            Url = Address.Run(Run.RunId),
            Marked = Marked,
        };
    }

    // What a column shows of many lines: how far it goes, and where the line begins and ends.
    private IEnumerable<CurvePoint> Extremes()
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            var column = Columns[i];
            if (i == 0 || column.Min is null)
                yield return column.First;
            if (column is { Min: { } low, Max: { } high })
            {
                var (a, b) = (low.Step, low.At).CompareTo((high.Step, high.At)) <= 0 ? (low, high) : (high, low);
                yield return a;
                if (b != a)
                    yield return b;
            }
            if (i == Columns.Count - 1 && column.Last != column.First)
                yield return column.Last;
        }
    }

    private List<Point> Placed(IEnumerable<CurvePoint> points, ChartFilter filter)
    {
        var placed = points.Where(p => X(p, filter) is not null).Select(p => new Point(X(p, filter)!.Value, Shown(p.Value), p.At)).ToList();
        // Equal places keep the order of their steps.
        return filter.Axis != Axis.Step || Across is not null ? [.. placed.OrderBy(p => p.X)] : placed;
    }

    // Infinities are kept as the largest numbers there are; drawn as numbers they would flatten all others.
    private static double Shown(double value) => value == double.MaxValue ? double.PositiveInfinity : value == double.MinValue ? double.NegativeInfinity : value;

    /// <summary>What of this run a zoom shows, a little wider so that lines leave the plot and do not end in it.</summary>
    public static (CurveAxis Axis, long? From, long? To) Range(ChartFilter filter, long start)
    {
        var margin = filter is { From: { } from, To: { } to } ? Math.Abs(to - from) * .03 : 0;
        var (scale, origin) = filter.Axis switch { Axis.Elapsed => (1000d, (double)start), Axis.Time => (1d, 0d), _ => (1d, 0d) };
        long? Place(double? value, double aside, Func<double, double> round) =>
            value is { } v ? (long)Math.Clamp(round((v + aside) * scale + origin), -9e18, 9e18) : null;
        return (filter.Axis == Axis.Step ? CurveAxis.Step : CurveAxis.Time, Place(filter.From, -margin, Math.Floor), Place(filter.To, margin, Math.Ceiling));
    }

    private static IEnumerable<CurvePoint> Ends(CurveColumn column) => column.First == column.Last ? [column.First] : [column.First, column.Last];

    private double? X(CurvePoint point, ChartFilter filter) => Across is not null ? Across.TryGetValue(point.Step, out var x) && double.IsFinite(x) ? x : null : filter.Axis switch
    {
        Axis.Elapsed => (point.At - Run.StartTime) / 1000.0,
        Axis.Time => point.At,
        _ => point.Step,
    };
}
