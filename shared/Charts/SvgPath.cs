using System.Globalization;
using System.Text;

namespace Crucible.Charts;

/// <summary>Path data in the drawing's 0 to 1000, to a tenth.</summary>
public static class SvgPath
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>A line through points, broken at NaN.</summary>
    public static string Line(IEnumerable<(double X, double Y)> points, Scale x, Scale y)
    {
        var path = new StringBuilder();
        var pen = false;
        foreach (var (px, py) in points)
        {
            if (double.IsNaN(py) || !double.IsFinite(px)) { pen = false; continue; }
            path.Append(pen ? 'L' : 'M');
            Append(path, Place(px, x), y.FromTop(py));
            pen = true;
        }
        return path.ToString();
    }

    /// <summary>
    /// As <see cref="Line"/>, shorter: every place is written as its distance from the one before, so that many lines fit into one answer.
    /// Distances are those of the rounded places and add up to them exactly.
    /// </summary>
    /// <param name="points">In ascending order of X.</param>
    /// <param name="x">The horizontal scale.</param>
    /// <param name="y">The vertical scale.</param>
    /// <param name="whole">To whole units of the 1000 and not to tenths: for what is only seen.</param>
    public static string Short(IEnumerable<(double X, double Y)> points, Scale x, Scale y, bool whole = false)
    {
        var path = new StringBuilder();
        var unit = whole ? 1 : 10;
        long left = 0, top = 0;
        var pen = false;
        foreach (var (px, py) in points)
        {
            if (double.IsNaN(py) || !double.IsFinite(px)) { pen = false; continue; }
            var (nx, ny) = ((long)Math.Round(Place(px, x) * unit), (long)Math.Round(y.FromTop(py) * unit));
            if (pen && nx == left && ny == top) continue;
            path.Append(pen ? 'l' : 'M');
            Units(path, pen ? nx - left : nx, unit);
            if ((pen ? ny - top : ny) >= 0) path.Append(' ');
            Units(path, pen ? ny - top : ny, unit);
            (left, top, pen) = (nx, ny, true);
        }
        return path.ToString();
    }

    private static void Units(StringBuilder path, long value, int unit)
    {
        if (unit == 1) { path.Append(value); return; }
        if (value < 0) path.Append('-');
        var (units, tenth) = Math.DivRem(Math.Abs(value), unit);
        if (units != 0 || tenth == 0) path.Append(units);
        if (tenth != 0) path.Append('.').Append(tenth);
    }

    /// <summary>Dots for points that have no neighbour to draw a line to.</summary>
    public static string Lone(IReadOnlyList<(double X, double Y)> points, Scale x, Scale y)
    {
        var path = new StringBuilder();
        for (var i = 0; i < points.Count; i++)
        {
            if (double.IsNaN(points[i].Y)) continue;
            var before = i > 0 && !double.IsNaN(points[i - 1].Y);
            var after = i < points.Count - 1 && !double.IsNaN(points[i + 1].Y);
            if (before || after) continue;
            path.Append('M');
            Append(path, Place(points[i].X, x), y.FromTop(points[i].Y));
            path.Append("h0");
        }
        return path.ToString();
    }

    /// <summary>The area between the low and the high side of a band.</summary>
    public static string Band(IReadOnlyList<Range> band, Scale x, Scale y)
    {
        var sides = band.Where(r => double.IsFinite(r.Low) && double.IsFinite(r.High)).ToList();
        if (sides.Count < 2) return "";
        var path = new StringBuilder();
        foreach (var r in sides) Append(path.Append(path.Length == 0 ? 'M' : 'L'), Place(r.X, x), y.FromTop(r.High));
        foreach (var r in Enumerable.Reverse(sides)) Append(path.Append('L'), Place(r.X, x), y.FromTop(r.Low));
        return path.Append('Z').ToString();
    }

    /// <summary>Horizontal lines at ticks counted from the bottom.</summary>
    public static string Grid(IEnumerable<Tick> ticks)
    {
        var path = new StringBuilder();
        foreach (var tick in ticks) path.Append('M').Append('0').Append(' ').Append(Text(Scale.Extent - tick.At)).Append("H1000");
        return path.ToString();
    }

    /// <summary>A coordinate to a tenth, without noise: <c>12.3</c>.</summary>
    public static string Text(double value) => (Math.Round(value, 1) + 0.0).ToString("0.#", Plain);

    /// <summary>A place of the drawing in per cent: <c>61.4%</c>.</summary>
    public static string Percent(double value) => (Math.Round(value / 10, 2) + 0.0).ToString("0.##", Plain) + "%";

    private static double Place(double value, Scale x) => Math.Clamp(x.At(value), -10 * Scale.Extent, 11 * Scale.Extent);

    private static void Append(StringBuilder path, double x, double y) => path.Append(Text(x)).Append(' ').Append(Text(y));
}
