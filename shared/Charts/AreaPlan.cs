using System.Text;

namespace Crucible.Charts;

/// <summary>Values of an <see cref="AreaPlan"/>, one for each place.</summary>
/// <param name="Name">What the legend calls them.</param>
/// <param name="Values">One for each place; NaN is a gap, in a stack nothing.</param>
/// <param name="Colour">1 to 6; 0 takes the series' place.</param>
public sealed record AreaSeries(string Name, IReadOnlyList<double> Values, int Colour = 0);

/// <summary>What an area chart is asked to show: throughput, sizes, shares over time.</summary>
public sealed record AreaPlan
{
    /// <summary>Places on the horizontal axis, in ascending order; a few hundred at most, gathered in SQL.</summary>
    public required IReadOnlyList<double> Places { get; init; }

    /// <summary>From bottom to top when stacked.</summary>
    public required IReadOnlyList<AreaSeries> Series { get; init; }

    /// <summary>What the horizontal axis counts.</summary>
    public Axis Axis { get; init; } = Axis.Time;

    /// <summary>On each other. Values below 0 then count as 0.</summary>
    public bool Stacked { get; init; }

    /// <summary>Left end of a zoom.</summary>
    public double? From { get; init; }

    /// <summary>Right end of a zoom.</summary>
    public double? To { get; init; }

    /// <summary>About how many labels the horizontal axis has.</summary>
    public int XTicks { get; init; } = 4;

    /// <summary>Works out the drawing.</summary>
    public AreaDrawing Draw() => new(this);
}

/// <summary>An area as it is drawn.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Colour">1 to 6.</param>
/// <param name="Edge">Path of its upper edge.</param>
/// <param name="Fill">Path of the area.</param>
/// <param name="Lone">Dots of places without a neighbour.</param>
public sealed record DrawnArea(string Name, int Colour, string Edge, string Fill, string Lone);

/// <summary>An area chart, worked out.</summary>
public sealed class AreaDrawing
{
    internal AreaDrawing(AreaPlan plan)
    {
        Plan = plan;
        Shown = [.. Enumerable.Range(0, plan.Places.Count).Where(i => double.IsFinite(plan.Places[i]) && plan.Places[i] >= (plan.From ?? double.MinValue) && plan.Places[i] <= (plan.To ?? double.MaxValue))];
        var (low, high) = Shown.Count == 0 ? (0, 1) : (plan.From ?? plan.Places[Shown[0]], plan.To ?? plan.Places[Shown[^1]]);
        X = low < high ? new(low, high) : new(low - Math.Max(1, Math.Abs(low) * .001), low + Math.Max(1, Math.Abs(low) * .001));
        var tops = new List<(double Low, double High)[]>();
        var below = new double[Shown.Count];
        foreach (var series in plan.Series)
        {
            var row = new (double, double)[Shown.Count];
            for (var i = 0; i < row.Length; i++)
            {
                var value = Shown[i] < series.Values.Count ? series.Values[Shown[i]] : double.NaN;
                if (plan.Stacked) row[i] = (below[i], below[i] += double.IsFinite(value) ? Math.Max(0, value) : 0);
                else row[i] = (0, double.IsFinite(value) ? value : double.NaN);
            }
            tops.Add(row);
        }
        Y = Scale.Fit(tops.SelectMany(t => t.Select(v => v.High)).Append(0), 3);
        Areas = [.. plan.Series.Select((s, n) => Area(s, n, tops[n]))];
        IsEmpty = Shown.Count == 0 || plan.Series.All(s => Shown.All(i => i >= s.Values.Count || !double.IsFinite(s.Values[i])));
    }

    /// <summary>What was asked for.</summary>
    public AreaPlan Plan { get; }

    /// <summary>Which of the plan's places lie within the zoom.</summary>
    public IReadOnlyList<int> Shown { get; }

    /// <summary>The horizontal scale.</summary>
    public Scale X { get; }

    /// <summary>The vertical scale; it holds 0.</summary>
    public Scale Y { get; }

    /// <summary>The areas, in the plan's order.</summary>
    public IReadOnlyList<DrawnArea> Areas { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty { get; }

    private DrawnArea Area(AreaSeries series, int place, (double Low, double High)[] row)
    {
        var points = row.Select((v, i) => (X: Plan.Places[Shown[i]], Y: v.High)).ToList();
        var fill = new StringBuilder();
        // Each stretch without a gap is an area of its own.
        for (var start = 0; start < row.Length; start++)
        {
            if (double.IsNaN(row[start].High)) continue;
            var end = start;
            while (end + 1 < row.Length && !double.IsNaN(row[end + 1].High)) end++;
            if (end > start)
                fill.Append(SvgPath.Band([.. Enumerable.Range(start, end - start + 1).Select(i => new Range(points[i].X, row[i].Low, row[i].High))], X, Y));
            start = end;
        }
        return new(series.Name, series.Colour is >= 1 and <= 6 ? series.Colour : place % 6 + 1, SvgPath.Line(points, X, Y), fill.ToString(), SvgPath.Lone(points, X, Y));
    }
}
