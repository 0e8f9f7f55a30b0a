namespace Crucible.Experiments.Domain;

/// <summary>One logged value. Two points with the same fields are the same point, however often it is sent.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Value">The value as stored: any number or NaN, never infinite (see <see cref="Stored"/>).</param>
/// <param name="Timestamp">Milliseconds since 1970, never negative.</param>
/// <param name="Step">The step; any whole number.</param>
public readonly record struct MetricPoint(string Key, double Value, long Timestamp, long Step)
{
    /// <summary>A value as it is kept: infinities become ±<see cref="double.MaxValue"/>, as MLflow's do.</summary>
    public static double Stored(double value) => double.IsNaN(value) ? double.NaN : Math.Clamp(value, double.MinValue, double.MaxValue);

    /// <summary>
    /// Whether this point comes after another of the same metric: the larger step, then timestamp, then value. NaN
    /// counts as the value 0 there, because MLflow keeps it so beside a flag; of a NaN and a 0 the number wins.
    /// </summary>
    public bool IsLaterThan(in MetricPoint other)
    {
        if (Step != other.Step)
            return Step > other.Step;
        if (Timestamp != other.Timestamp)
            return Timestamp > other.Timestamp;
        var mine = double.IsNaN(Value) ? 0 : Value;
        var theirs = double.IsNaN(other.Value) ? 0 : other.Value;
        return mine != theirs ? mine > theirs : double.IsNaN(other.Value) && !double.IsNaN(Value);
    }

    /// <summary>The latest point of each key, by <see cref="IsLaterThan"/>.</summary>
    public static Dictionary<string, MetricPoint> Latest(IEnumerable<MetricPoint> points)
    {
        var latest = new Dictionary<string, MetricPoint>();
        foreach (var point in points)
        {
            ref var kept = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(latest, point.Key, out var known);
            if (!known || point.IsLaterThan(kept))
                kept = point;
        }
        return latest;
    }
}
