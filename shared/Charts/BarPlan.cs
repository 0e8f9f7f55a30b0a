namespace Crucible.Charts;

/// <summary>Values of a <see cref="BarPlan"/>, one for each category.</summary>
/// <param name="Name">What the legend calls them.</param>
/// <param name="Values">One for each category; NaN has no bar.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values)
{
    /// <summary>Half the length of each error bar, in the values' unit: a standard deviation, half an interval. Empty for none, NaN where there is none.</summary>
    public IReadOnlyList<double> Errors { get; init; } = [];

    /// <summary>1 to 6; 0 takes the series' place.</summary>
    public int Colour { get; init; }
}

/// <summary>What a bar chart is asked to show.</summary>
public sealed record BarPlan
{
    /// <summary>From left to right.</summary>
    public required IReadOnlyList<string> Categories { get; init; }

    /// <summary>Bars of one category stand in this order, or on each other.</summary>
    public required IReadOnlyList<BarSeries> Series { get; init; }

    /// <summary>On each other: positive ones upwards from 0, negative ones downwards.</summary>
    public bool Stacked { get; init; }

    /// <summary>Logarithms; bars then begin at the lowest decade, and stacks, whose parts could not be compared, are drawn plainly.</summary>
    public bool Log { get; init; }

    /// <summary>Colours of single bars where there is one series.</summary>
    internal IReadOnlyList<int> Colours { get; init; } = [];

    /// <summary>Works out the drawing.</summary>
    public BarDrawing Draw() => new(this);

    /// <summary>One series with a colour for each bar.</summary>
    public static BarPlan Of(IReadOnlyList<Bar> bars, string name = "Value") => new()
    {
        Categories = [.. bars.Select(b => b.Name)],
        Series = [new(name, [.. bars.Select(b => b.Value)])],
        Colours = [.. bars.Select(b => b.Colour)],
    };
}

/// <summary>A bar as it is drawn.</summary>
/// <param name="Category">Its category, from 0.</param>
/// <param name="Colour">1 to 6.</param>
/// <param name="Place">Where it lies.</param>
/// <param name="Error">Upper and lower end of the error bar; null for none.</param>
public sealed record DrawnBar(int Category, int Colour, Spot Place, (double Top, double Bottom)? Error);

/// <summary>A bar chart, worked out.</summary>
public sealed class BarDrawing
{
    internal BarDrawing(BarPlan plan)
    {
        Plan = plan;
        var values = plan.Series.SelectMany(s => s.Values).ToList();
        var log = plan.Log && !plan.Stacked && values.Any(v => v > 0 && double.IsFinite(v));
        Y = Fit(plan, log);
        var slot = Scale.Extent / Math.Max(1, plan.Categories.Count);
        var bars = new List<DrawnBar>();
        for (var c = 0; c < plan.Categories.Count; c++)
        {
            double up = 0, down = 0;
            for (var s = 0; s < plan.Series.Count; s++)
            {
                var value = Value(s, c);
                if (!double.IsFinite(value) || (log && value <= 0)) continue;
                var colour = plan.Colours.Count > c && plan.Colours[c] is >= 1 and <= 6 ? plan.Colours[c] : Colour(s);
                var from = plan.Stacked ? value >= 0 ? up : down : log ? Y.Low : 0;
                var to = plan.Stacked ? from + value : value;
                if (plan.Stacked) (up, down) = value >= 0 ? (to, down) : (up, to);
                var wide = slot * (plan.Series.Count > 1 || plan.Categories.Count < 4 ? .7 : .65) / (plan.Stacked ? 1 : Math.Max(1, plan.Series.Count));
                var left = (c + .5) * slot + (plan.Stacked ? -wide / 2 : (s - plan.Series.Count / 2d) * wide);
                var (a, b) = (Clamp(Y.FromTop(from)), Clamp(Y.FromTop(to)));
                var error = s < plan.Series.Count && c < plan.Series[s].Errors.Count ? Math.Abs(plan.Series[s].Errors[c]) : double.NaN;
                bars.Add(new(c, colour, new(left, Math.Min(a, b), wide * (plan.Stacked || plan.Series.Count == 1 ? 1 : .92), Math.Abs(a - b)),
                    double.IsFinite(error) && error > 0 ? (Clamp(Y.FromTop(to + error)), Clamp(Y.FromTop(to - error))) : null));
            }
        }
        Bars = bars;
    }

    /// <summary>What was asked for.</summary>
    public BarPlan Plan { get; }

    /// <summary>The vertical scale; it holds 0 unless it is logarithmic.</summary>
    public Scale Y { get; }

    /// <summary>The bars, category by category.</summary>
    public IReadOnlyList<DrawnBar> Bars { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Bars.Count == 0;

    /// <summary>Height of 0, where bars begin; the bottom on a logarithmic scale.</summary>
    public double Base => Y.Log ? 1000 : Clamp(Y.FromTop(0));

    /// <summary>The value of a series in a category; NaN where there is none.</summary>
    public double Value(int series, int category) => category < Plan.Series[series].Values.Count ? Plan.Series[series].Values[category] : double.NaN;

    /// <summary>Colour of a series.</summary>
    public int Colour(int series) => Plan.Series[series].Colour is >= 1 and <= 6 and var own ? own : series % 6 + 1;

    private static Scale Fit(BarPlan plan, bool log)
    {
        var ends = new List<double>();
        for (var c = 0; c < plan.Categories.Count; c++)
        {
            double up = 0, down = 0;
            foreach (var series in plan.Series)
            {
                var value = c < series.Values.Count ? series.Values[c] : double.NaN;
                if (!double.IsFinite(value)) continue;
                var error = c < series.Errors.Count && double.IsFinite(series.Errors[c]) ? Math.Abs(series.Errors[c]) : 0;
                if (plan.Stacked) (up, down) = value >= 0 ? (up + value, down) : (up, down + value);
                var end = plan.Stacked ? value >= 0 ? up : down : value;
                ends.AddRange([end, end + error, end - error]);
            }
        }
        if (!log) return Scale.Fit(ends.Append(0), 3);
        var fit = Scale.Fit(ends, 3, log: true);
        // The smallest bar would have no height on its own value.
        var least = ends.Where(v => v > 0).Min();
        return fit.Low / 10 > 0 && least <= fit.Low * 1.01 ? new(fit.Low / 10, fit.High, true) : fit;
    }

    private static double Clamp(double place) => Math.Clamp(place, 0, Scale.Extent);
}
