using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Range = Crucible.Charts.Range;

namespace Crucible.Experiments.Fragments;

/// <summary>A metric of one run, ready to be a line of a chart.</summary>
/// <param name="Run">The run.</param>
/// <param name="Line">Which metric, and its totals.</param>
/// <param name="Points">What was read of it.</param>
/// <param name="Rev">How many changes of the run that holds.</param>
/// <param name="Live">More points will come.</param>
/// <param name="Colour">1 to 6.</param>
public sealed record Curve(Run Run, MetricLine Line, IReadOnlyList<CurvePoint> Points, long Rev, bool Live, int Colour = 1)
{
    /// <summary>The line, on the axis of the page.</summary>
    public Series ToSeries(ChartFilter filter)
    {
        var points = Points.Select(p => new Point(X(p, filter.Axis), p.Value, p.At));
        var band = Points.Where(p => p.IsRange).Select(p => new Range(X(p, filter.Axis), p.Low, p.High));
        if (filter.Axis != Axis.Step)
            (points, band) = (points.OrderBy(p => p.X), band.OrderBy(r => r.X));
        return new(Run.Name, [.. points])
        {
            Band = [.. band],
            Run = Run.RunId.ToString("N"),
            Key = Line.Key,
            Rev = Rev,
            Start = Run.StartTime,
            Live = Live,
            Colour = Colour,
            Url = Address.Run(Run.RunId),
        };
    }

    private double X(CurvePoint point, Axis axis) => axis switch
    {
        Axis.Elapsed => (point.At - Run.StartTime) / 1000.0,
        Axis.Time => point.At,
        _ => point.Step,
    };

    /// <summary>The part of the histories that a zoom shows, a little wider so that lines leave the plot and do not end in it.</summary>
    public static CurveRange Range(ChartFilter filter, long start)
    {
        if (filter.From is null && filter.To is null)
            return new();
        var margin = filter is { From: { } from, To: { } to } ? Math.Abs(to - from) * .03 : 0;
        long? Low(double scale, double origin) => filter.From is { } f ? Whole((f - margin) * scale + origin, Math.Floor) : null;
        long? High(double scale, double origin) => filter.To is { } t ? Whole((t + margin) * scale + origin, Math.Ceiling) : null;
        return filter.Axis switch
        {
            Axis.Elapsed => new(FromAt: Low(1000, start), ToAt: High(1000, start)),
            Axis.Time => new(FromAt: Low(1, 0), ToAt: High(1, 0)),
            _ => new(Low(1, 0), High(1, 0)),
        };
    }

    private static long Whole(double value, Func<double, double> round) => (long)Math.Clamp(round(value), -9e18, 9e18);
}
