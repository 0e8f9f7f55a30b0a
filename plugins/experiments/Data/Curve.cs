namespace Crucible.Experiments.Data;

/// <summary>What a curve is drawn over.</summary>
public enum CurveAxis
{
    /// <summary>The step.</summary>
    Step,

    /// <summary>The time, in milliseconds of the Unix epoch.</summary>
    Time,
}

/// <summary>One metric of one run, as totals.</summary>
/// <param name="SeriesId">Its id.</param>
/// <param name="RunId">Its run.</param>
/// <param name="Key">The metric.</param>
/// <param name="Points">How many points it has.</param>
/// <param name="FirstStep">Least step.</param>
/// <param name="LastStep">Greatest step.</param>
/// <param name="FirstAt">Earliest time, milliseconds of the Unix epoch.</param>
/// <param name="LastAt">Time of the latest point.</param>
/// <param name="LastValue">Value of the latest point; may be NaN.</param>
/// <param name="MinValue">Least value that is a number; null when there is none.</param>
/// <param name="MaxValue">Greatest value that is a number.</param>
public sealed record Series(long SeriesId, Guid RunId, string Key, long Points, long FirstStep, long LastStep, long FirstAt, long LastAt,
    double LastValue, double? MinValue, double? MaxValue);

/// <summary>One point of a curve.</summary>
public readonly record struct CurvePoint(long Step, long At, double Value);

/// <summary>
/// The points of one pixel column of a curve: its first and last, and the least and greatest between them, so that a spike
/// is drawn however many points share the column. NaN counts neither as least nor as greatest.
/// </summary>
/// <param name="First">The first point.</param>
/// <param name="Min">The least value and where it is; null when all are NaN.</param>
/// <param name="Max">The greatest value and where it is; null when all are NaN.</param>
/// <param name="Last">The last point.</param>
/// <param name="Points">How many points share it.</param>
public readonly record struct CurveColumn(CurvePoint First, CurvePoint? Min, CurvePoint? Max, CurvePoint Last, long Points)
{
    /// <summary>What to draw, in the order of the axis, each once.</summary>
    public IEnumerable<CurvePoint> Drawn()
    {
        yield return First;
        var (a, b) = Min is { } min && Max is { } max && (min.Step, min.At).CompareTo((max.Step, max.At)) > 0 ? (Max, Min) : (Min, Max);
        if (a is { } one && one != First && one != Last)
            yield return one;
        if (b is { } two && two != a && two != First && two != Last)
            yield return two;
        if (Last != First)
            yield return Last;
    }
}

/// <summary>A curve reduced to what its width can show.</summary>
/// <param name="Series">What it is of.</param>
/// <param name="Columns">In the order of the axis.</param>
public sealed record Curve(Series Series, IReadOnlyList<CurveColumn> Columns);
