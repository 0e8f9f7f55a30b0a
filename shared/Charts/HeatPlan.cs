using System.Text;

namespace Crucible.Charts;

/// <summary>What a heat map is asked to show: a value for each row and column.</summary>
public sealed record HeatPlan
{
    /// <summary>Names of the rows, from top to bottom.</summary>
    public required IReadOnlyList<string> Rows { get; init; }

    /// <summary>Names of the columns, from left to right.</summary>
    public required IReadOnlyList<string> Columns { get; init; }

    /// <summary>The values, row by row: <c>Rows × Columns</c>. NaN is an empty cell; a missing one too.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Values { get; init; }

    /// <summary>Where a diverging scale has no colour, often 0; null for one that only grows.</summary>
    public double? Middle { get; init; }

    /// <summary>Value of the faintest shade, if not the smallest value; goes with <see cref="High"/>.</summary>
    public double? Low { get; init; }

    /// <summary>Value of the strongest shade, if not the largest value.</summary>
    public double? High { get; init; }

    /// <summary>Works out the drawing.</summary>
    public HeatDrawing Draw() => new(this);
}

/// <summary>A heat map, worked out: one path for each shade.</summary>
public sealed class HeatDrawing
{
    internal HeatDrawing(HeatPlan plan)
    {
        Plan = plan;
        var all = plan.Rows.SelectMany((_, r) => plan.Columns.Select((_, c) => Value(r, c)));
        Shades = plan is { Low: { } low, High: { } high } && low < high ? new(low, high, plan.Middle) : Shades.Fit(all, plan.Middle);
        var paths = new SortedDictionary<int, StringBuilder>();
        for (var r = 0; r < plan.Rows.Count; r++)
            for (var c = 0; c < plan.Columns.Count; c++)
                if (Shades.Of(Value(r, c)) is { } shade)
                {
                    if (!paths.TryGetValue(shade, out var path)) paths[shade] = path = new();
                    var (x, y) = (Edge(c, plan.Columns.Count), Edge(r, plan.Rows.Count));
                    path.Append($"M{Fine(x)} {Fine(y)}H{Fine(Edge(c + 1, plan.Columns.Count))}V{Fine(Edge(r + 1, plan.Rows.Count))}H{Fine(x)}Z");
                }
        Cells = [.. paths.Select(p => (p.Key, p.Value.ToString()))];
    }

    /// <summary>What was asked for.</summary>
    public HeatPlan Plan { get; }

    /// <summary>How values become shades.</summary>
    public Shades Shades { get; }

    /// <summary>The path of all cells of each shade that occurs.</summary>
    public IReadOnlyList<(int Shade, string Path)> Cells { get; }

    /// <summary>Whether no cell has a value.</summary>
    public bool IsEmpty => Cells.Count == 0;

    /// <summary>Whether there is room to write the values into the cells.</summary>
    public bool Written => Plan.Columns.Count <= 12 && Plan.Rows.Count <= 24;

    /// <summary>The value of a cell; NaN where there is none.</summary>
    public double Value(int row, int column) =>
        row < Plan.Values.Count && column < Plan.Values[row].Count ? Plan.Values[row][column] : double.NaN;

    private static double Edge(int place, int count) => place * Scale.Extent / count;

    // A hundred columns are ten units wide: a tenth of one would show as a hairline between cells.
    private static string Fine(double value) => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture);
}
