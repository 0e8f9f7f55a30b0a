namespace Crucible.Experiments.Domain.Alerts;

/// <summary>A point of a curve, in the order of curves: step, then time, then value.</summary>
/// <param name="Step">The step.</param>
/// <param name="At">Milliseconds since 1970.</param>
/// <param name="Value">As stored: NaN, or finite with infinities at the ends of the range (<see cref="MetricPoint.Stored"/>).</param>
public readonly record struct AlertPoint(long Step, long At, double Value);

/// <summary>What a rule remembers of one curve: a fold over its points that can be put down and taken up again.</summary>
public sealed record AlertProgress
{
    /// <summary>How many points it has read.</summary>
    public long Points { get; init; }

    /// <summary>The last of them.</summary>
    public AlertPoint? Last { get; init; }

    /// <summary>How many in a row were beyond the threshold.</summary>
    public int Streak { get; init; }

    /// <summary>The best finite value that was a gain.</summary>
    public double? Best { get; init; }

    /// <summary>Where waiting for a gain began: at the best value, or at the first point while there is none.</summary>
    public (long Step, long At) Since { get; init; }

    /// <summary>Whether the condition holds now.</summary>
    public bool Holds { get; init; }

    /// <summary>How often it began to hold.</summary>
    public int Crossings { get; init; }

    /// <summary>Reads the next point.</summary>
    public AlertProgress Read(AlertCondition rule, AlertPoint point)
    {
        var next = this with { Points = Points + 1, Last = point };
        next = rule.Kind switch
        {
            AlertKind.Above => next.Count(point.Value > rule.Bound, rule),
            AlertKind.Below => next.Count(point.Value < rule.Bound, rule),
            AlertKind.Nan => next with { Holds = !IsNumber(point.Value) },
            AlertKind.Plateau => next.Improve(rule, point, Points == 0),
            _ => next,
        };
        return next.Holds && !Holds ? next with { Crossings = Crossings + 1 } : next;
    }

    /// <summary>Reads points in their order.</summary>
    /// <returns>The progress after them, and the point at which the condition first began to hold; null when it did not.</returns>
    public (AlertProgress After, AlertPoint? Crossed) Read(AlertCondition rule, IEnumerable<AlertPoint> points)
    {
        var now = this;
        AlertPoint? crossed = null;
        foreach (var point in points)
        {
            var before = now.Crossings;
            now = now.Read(rule, point);
            if (now.Crossings > before && now.Crossings > Crossings)
                crossed ??= point;
        }
        return (now, crossed);
    }

    // NaN is neither above nor below anything: it ends a row.
    private AlertProgress Count(bool beyond, AlertCondition rule)
    {
        var streak = beyond ? Math.Min(Streak, int.MaxValue - 1) + 1 : 0;
        return this with { Streak = streak, Holds = streak >= rule.Points };
    }

    private AlertProgress Improve(AlertCondition rule, AlertPoint point, bool first)
    {
        if (IsGain(rule, point.Value))
            return this with { Best = point.Value, Since = (point.Step, point.At), Holds = false };
        var since = first ? (point.Step, point.At) : Since;
        return this with { Since = since, Holds = rule.Steps is { } steps ? Apart(since.Step, point.Step) >= steps : Apart(since.At, point.At) >= (rule.Patience ?? TimeSpan.MaxValue).TotalMilliseconds };
    }

    private bool IsGain(AlertCondition rule, double value)
    {
        if (!IsNumber(value))
            return false;
        if (Best is not { } best)
            return true;
        var gain = rule.Larger ? value - best : best - value;
        return gain > 0 && gain >= rule.Bound;
    }

    private static double Apart(long from, long to) => (double)to - from;

    private static bool IsNumber(double value) => double.IsFinite(value) && Math.Abs(value) < double.MaxValue;
}
