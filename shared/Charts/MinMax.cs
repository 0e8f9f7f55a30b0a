namespace Crucible.Charts;

/// <summary>
/// Reduces a long line to what its width can show. Of each column the first, last, smallest and largest points stay,
/// so the picture is the one that all points would have drawn, and a spike of one point is never lost.
/// </summary>
public static class MinMax
{
    /// <summary>Which points stay, in ascending order; all of them when there are few.</summary>
    /// <param name="points">In ascending order of X.</param>
    /// <param name="columns">How many columns the drawing has; at most four points stay in each.</param>
    public static int[] Keep(IReadOnlyList<Point> points, int columns = 500)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (points.Count <= 4 * columns) return [.. Enumerable.Range(0, points.Count)];

        var kept = new List<int>(4 * columns);
        double from = points[0].X, width = (points[^1].X - from) / columns;
        for (var start = 0; start < points.Count;)
        {
            var column = Column(points[start].X, from, width, columns);
            int low = -1, high = -1, gap = -1, end = start;
            for (; end < points.Count && Column(points[end].X, from, width, columns) == column; end++)
            {
                var y = points[end].Y;
                if (double.IsNaN(y)) { gap = end; continue; }
                if (low < 0 || y < points[low].Y) low = end;
                if (high < 0 || y > points[high].Y) high = end;
            }
            // A gap stays too: without it the line would be drawn across.
            foreach (var index in new[] { start, low, high, gap, end - 1 }.Where(i => i >= 0).Distinct().Order())
                kept.Add(index);
            start = end;
        }
        return [.. kept];
    }

    /// <summary>The points that stay.</summary>
    public static IReadOnlyList<Point> Reduce(IReadOnlyList<Point> points, int columns = 500)
    {
        var keep = Keep(points, columns);
        return keep.Length == points.Count ? points : [.. keep.Select(i => points[i])];
    }

    private static int Column(double x, double from, double width, int columns) =>
        width > 0 ? Math.Clamp((int)((x - from) / width), 0, columns - 1) : 0;
}
