using Crucible.Ui.Text;

namespace Crucible.Charts;

/// <summary>What a histogram is asked to show: raw values, or bins that were counted elsewhere (in SQL).</summary>
public sealed record HistogramPlan
{
    /// <summary>Raw values, gathered by the rule of <see cref="Charts.Bins.Of"/>.</summary>
    public IEnumerable<double> Values { get; init; } = [];

    /// <summary>Bins in ascending order, instead of values. They may differ in width: then their area counts, as it should.</summary>
    public IReadOnlyList<Bin>? Bins { get; init; }

    /// <summary>How many bins, if not by the rule.</summary>
    public int? Count { get; init; }

    /// <summary>Logarithmic counts, for a few bins that dwarf the rest.</summary>
    public bool Log { get; init; }

    /// <summary>Works out the drawing.</summary>
    public HistogramDrawing Draw() => new(this);
}

/// <summary>A histogram, worked out.</summary>
public sealed class HistogramDrawing
{
    internal HistogramDrawing(HistogramPlan plan)
    {
        Bins = plan.Bins is { } given ? [.. given.Where(b => double.IsFinite(b.From) && double.IsFinite(b.To) && b.From < b.To && double.IsFinite(b.Count) && b.Count >= 0 && double.IsFinite(b.To - b.From)).OrderBy(b => b.From)] : Charts.Bins.Of(plan.Values, plan.Count);
        X = Bins.Count == 0 ? new(0, 1) : new(Bins[0].From, Bins.Max(b => b.To));
        var widths = Bins.Select(b => b.To - b.From).DefaultIfEmpty(1).ToList();
        IsDensity = widths.Max() > widths.Min() * 1.001;
        // Half below one, so that a single count has a height too.
        Y = plan.Log && !IsDensity && Bins.Any(b => b.Count > 0)
            ? new(.5, Math.Max(Bins.Max(b => b.Count) * 1.05, 1), true)
            : Scale.Fit(Bins.Select(Height).Append(0), 3);
        Total = Bins.Sum(b => b.Count);
    }

    /// <summary>The bins that are drawn.</summary>
    public IReadOnlyList<Bin> Bins { get; }

    /// <summary>The horizontal scale, from the first edge to the last.</summary>
    public Scale X { get; }

    /// <summary>The vertical scale.</summary>
    public Scale Y { get; }

    /// <summary>The bins differ in width, so heights are counts for each unit of the axis.</summary>
    public bool IsDensity { get; }

    /// <summary>Sum of the counts.</summary>
    public double Total { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Bins.Count == 0;

    /// <summary>What the bar of a bin stands for.</summary>
    public double Height(Bin bin) => IsDensity ? bin.Count / (bin.To - bin.From) : bin.Count;

    /// <summary>Place of a bin's bar.</summary>
    public Spot Bar(Bin bin)
    {
        var (left, right) = (X.At(bin.From), X.At(bin.To));
        var top = bin.Count > 0 ? Math.Clamp(Y.FromTop(Height(bin)), 0, 1000) : 1000;
        return new(left, top, right - left, 1000 - top);
    }

    /// <summary>A bin in words: <c>0.5 – 0.75</c>.</summary>
    public static string Name(Bin bin) => $"{Numbers.Short(Round(bin.From, bin))} – {Numbers.Short(Round(bin.To, bin))}";

    // Edges fall where they fall; what says more than a hundredth of the width is noise.
    private static double Round(double edge, Bin bin)
    {
        var digits = (int)Math.Clamp(2 - Math.Floor(Math.Log10(bin.To - bin.From)), 0, 15);
        return Math.Round(edge, digits);
    }
}
