namespace Crucible.Experiments.Data;

/// <summary>What part of a curve is shown, and how finely.</summary>
/// <param name="Axis">What the positions are.</param>
/// <param name="From">First position.</param>
/// <param name="To">Last position that is read.</param>
/// <param name="End">Last position that the columns divide.</param>
/// <param name="Columns">How many columns.</param>
internal readonly record struct CurveRange(CurveAxis Axis, long From, long To, long End, int Columns)
{
    /// <summary>The column of a point; what lies outside goes to the outermost ones.</summary>
    public int ColumnOf(CurvePoint point)
    {
        var position = Axis == CurveAxis.Step ? point.Step : point.At;
        var width = Math.Max(1, ((double)End - From + 1) / Columns);
        return (int)Math.Clamp(((double)position - From) / width, 0, Columns - 1);
    }
}

/// <summary>Puts pieces of a curve, in the order of its axis, into pixel columns.</summary>
internal sealed class CurveColumns(CurveRange range)
{
    private readonly List<CurveColumn> _columns = [];
    private int _column = -1;

    public void Add(CurveColumn piece)
    {
        var column = range.ColumnOf(piece.First);
        if (column == _column)
        {
            _columns[^1] = Join(_columns[^1], piece);
            return;
        }
        _column = column;
        _columns.Add(piece);
    }

    public IReadOnlyList<CurveColumn> Done() => _columns;

    private static CurveColumn Join(CurveColumn a, CurveColumn b) => new(
        a.First,
        b.Min is { } low && !(a.Min?.Value <= low.Value) ? low : a.Min,
        b.Max is { } high && !(a.Max?.Value >= high.Value) ? high : a.Max,
        b.Last,
        a.Points + b.Points);
}
