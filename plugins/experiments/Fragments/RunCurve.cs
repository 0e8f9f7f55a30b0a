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
/// <param name="Colour">1 to 6.</param>
public sealed record RunCurve(RunRow Run, Data.Series Line, IReadOnlyList<CurveColumn> Columns, long Rev, bool Live, int Colour = 1)
{
    /// <summary>Whether columns stand for more points than are drawn.</summary>
    public bool Gathered => Columns.Any(c => c.Points > 4);

    /// <summary>The line, on the axis of the page.</summary>
    public Charts.Series ToSeries(ChartFilter filter)
    {
        // Extremes are no fair sample: smoothing them would turn one spike among a hundred points into a hill. A smoothed
        // line takes the ends of each column, and a band shows how far its values went.
        var fair = filter.Smooth > 0 && Gathered;
        var points = Columns.SelectMany(c => fair ? Ends(c) : c.Drawn()).Select(p => new Point(X(p, filter.Axis), p.Value, p.At)).ToList();
        List<Range> band = fair ? [.. Columns.Where(c => c is { Min: not null, Max: not null }).Select(c => new Range(X(c.Last, filter.Axis), c.Min!.Value.Value, c.Max!.Value.Value))] : [];
        if (filter.Axis != Axis.Step)
        {
            points.Sort((a, b) => a.X.CompareTo(b.X));
            band.Sort((a, b) => a.X.CompareTo(b.X));
        }
        return new(Run.Name, points)
        {
            Band = band,
            Run = Run.RunId.ToString("N"),
            Key = Line.Key,
            Rev = Rev,
            Start = Run.StartTime,
            Live = Live,
            Colour = Colour,
            Url = Address.Run(Run.RunId),
        };
    }

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

    private double X(CurvePoint point, Axis axis) => axis switch
    {
        Axis.Elapsed => (point.At - Run.StartTime) / 1000.0,
        Axis.Time => point.At,
        _ => point.Step,
    };
}
