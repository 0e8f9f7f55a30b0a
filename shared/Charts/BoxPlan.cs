using System.Text;

namespace Crucible.Charts;

/// <summary>A group of values of a <see cref="BoxPlan"/>.</summary>
/// <param name="Name">What the group has in common.</param>
/// <param name="Values">NaN and infinities do not count.</param>
/// <param name="Colour">1 to 6; 0 takes the group's place.</param>
public sealed record BoxGroup(string Name, IReadOnlyList<double> Values, int Colour = 0);

/// <summary>What a box plot or a violin plot is asked to show.</summary>
public sealed record BoxPlan
{
    /// <summary>The groups, from left to right.</summary>
    public required IReadOnlyList<BoxGroup> Groups { get; init; }

    /// <summary>Draws the density around each box, which shows what a box hides: two heaps.</summary>
    public bool Violin { get; init; }

    /// <summary>Logarithmic values; densities are then those of the logarithms, quartiles and whiskers still those of the values.</summary>
    public bool Log { get; init; }

    /// <summary>Works out the drawing.</summary>
    public BoxDrawing Draw() => new(this);
}

/// <summary>A group as it is drawn.</summary>
/// <param name="Name">What the group has in common.</param>
/// <param name="Colour">1 to 6.</param>
/// <param name="Figures">Null for a group without values.</param>
/// <param name="Density">In the scale's units (of logarithms on a logarithmic one); null without a violin.</param>
public sealed record DrawnBox(string Name, int Colour, BoxFigures? Figures, Density? Density);

/// <summary>A box plot, worked out.</summary>
public sealed class BoxDrawing
{
    private readonly double _slot, _half;
    private readonly double _widest;

    internal BoxDrawing(BoxPlan plan)
    {
        Plan = plan;
        var groups = plan.Groups.Select(g => Quantiles.Sorted(g.Values)).ToList();
        var log = plan.Log && groups.Any(g => g.Any(v => v > 0));
        Y = Scale.Fit(groups.SelectMany(g => g), 4, log);
        Boxes = [.. plan.Groups.Select((g, i) => new DrawnBox(g.Name, g.Colour is >= 1 and <= 6 ? g.Colour : i % 6 + 1, BoxFigures.Of(groups[i]),
            plan.Violin ? Density.Of(log ? [.. groups[i].Where(v => v > 0).Select(Math.Log10)] : groups[i]) : null))];
        _slot = Scale.Extent / Math.Max(1, Boxes.Count);
        _half = Math.Min(_slot * .28, 70);
        _widest = Boxes.Max(b => b.Density?.Points.Max(p => p.Height)) ?? 1;
    }

    /// <summary>What was asked for.</summary>
    public BoxPlan Plan { get; }

    /// <summary>The groups, from left to right.</summary>
    public IReadOnlyList<DrawnBox> Boxes { get; }

    /// <summary>The vertical scale.</summary>
    public Scale Y { get; }

    /// <summary>Whether no group has a value.</summary>
    public bool IsEmpty => Boxes.All(b => b.Figures is null);

    /// <summary>Share of the drawing that a group may take.</summary>
    public Spot Slot(int index) => new(index * _slot, 0, _slot, 1000);

    /// <summary>The middle of a group.</summary>
    public double Middle(int index) => (index + .5) * _slot;

    /// <summary>Path of the box, slim inside a violin.</summary>
    public string Box(int index)
    {
        if (Boxes[index].Figures is not { } f) return "";
        var half = Plan.Violin && Boxes[index].Density is not null ? _half * .2 : _half;
        return $"M{Text(Middle(index) - half)} {At(f.HighQuartile)}H{Text(Middle(index) + half)}V{At(f.LowQuartile)}H{Text(Middle(index) - half)}Z";
    }

    /// <summary>Path of the median, across the box.</summary>
    public string Median(int index)
    {
        if (Boxes[index].Figures is not { } f) return "";
        var half = Plan.Violin && Boxes[index].Density is not null ? _half * .2 : _half;
        return $"M{Text(Middle(index) - half)} {At(f.Median)}H{Text(Middle(index) + half)}";
    }

    /// <summary>Path of the whiskers with their ends; a violin has none of the latter.</summary>
    public string Whiskers(int index)
    {
        if (Boxes[index].Figures is not { } f) return "";
        var path = $"M{Text(Middle(index))} {At(f.LowQuartile)}V{At(f.LowWhisker)}M{Text(Middle(index))} {At(f.HighQuartile)}V{At(f.HighWhisker)}";
        var end = _half * .5;
        return Plan.Violin ? path : path + $"M{Text(Middle(index) - end)} {At(f.LowWhisker)}h{Text(2 * end)}M{Text(Middle(index) - end)} {At(f.HighWhisker)}h{Text(2 * end)}";
    }

    /// <summary>Path of the violin; equal areas of all violins stand for equal shares.</summary>
    public string Violin(int index)
    {
        if (Boxes[index].Density is not { } density) return "";
        var path = new StringBuilder();
        var (middle, wide) = (Middle(index), Math.Min(_slot * .42, 110) / _widest);
        foreach (var (at, height) in density.Points) path.Append(path.Length == 0 ? 'M' : 'L').Append(Text(middle + height * wide)).Append(' ').Append(At(Y.Log ? Math.Pow(10, at) : at));
        foreach (var (at, height) in density.Points.Reverse()) path.Append('L').Append(Text(middle - height * wide)).Append(' ').Append(At(Y.Log ? Math.Pow(10, at) : at));
        return path.Append('Z').ToString();
    }

    /// <summary>Heights of the outliers; a thousand at one place are one dot.</summary>
    public IEnumerable<double> Outliers(int index) => Boxes[index].Figures?.Outliers.Select(v => Math.Round(Y.FromTop(v))).Distinct() ?? [];

    private string At(double value) => Text(Math.Clamp(Y.FromTop(value), 0, 1000));

    private static string Text(double value) => SvgPath.Text(value);
}
