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
    private long _place = long.MinValue;
    private bool _sorted = true;

    public void Add(CurveColumn piece)
    {
        var place = range.Axis == CurveAxis.Step ? piece.First.Step : piece.First.At;
        _sorted &= place >= _place;
        _place = place;
        var column = range.ColumnOf(piece.First);
        if (column == _column)
        {
            _columns[^1] = Join(_columns[^1], piece);
            return;
        }
        _column = column;
        _columns.Add(piece);
    }

    /// <summary>The columns, in the order of the axis: points behind the last bucket may be earlier than it.</summary>
    public IReadOnlyList<CurveColumn> Done()
    {
        if (_sorted)
            return _columns;
        var joined = new CurveColumns(range);
        foreach (var piece in _columns.OrderBy(c => range.Axis == CurveAxis.Step ? (c.First.Step, c.First.At) : (c.First.At, c.First.Step)))
            joined.Add(piece);
        joined._sorted = true;
        return joined._columns;
    }

    private static CurveColumn Join(CurveColumn a, CurveColumn b) => new(
        a.First,
        b.Min is { } low && !(a.Min?.Value <= low.Value) ? low : a.Min,
        b.Max is { } high && !(a.Max?.Value >= high.Value) ? high : a.Max,
        b.Last,
        a.Points + b.Points);
}
