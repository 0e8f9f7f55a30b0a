using System.Globalization;
using System.Text;
using Crucible.Ui.Text;

namespace Crucible.Charts;

/// <summary>What a line chart is asked to show; every figure of its drawing follows from it.</summary>
public sealed record ChartPlan
{
    /// <summary>The lines, the most important first: it is drawn last, on top.</summary>
    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>What the horizontal axis counts.</summary>
    public Axis Axis { get; init; }

    /// <summary>Logarithmic values.</summary>
    public bool Log { get; init; }

    /// <summary>A logarithmic horizontal axis; points at or before 0 have no place on it. Not for <see cref="Axis.Time"/>.</summary>
    public bool LogX { get; init; }

    /// <summary>Weight of the smoothing, 0 to 0.999; the measured line is then drawn faintly behind.</summary>
    public double Smooth { get; init; }

    /// <summary>How it is smoothed.</summary>
    public Smoother Smoother { get; init; }

    /// <summary>
    /// The vertical axis goes from the 5 % to the 95 % quantile of what is drawn, widened by a quarter of their distance on either side, and
    /// leaves out what lies beyond; <see cref="ChartDrawing.Outside"/> says how much that is.
    /// </summary>
    public bool IgnoreOutliers { get; init; }

    /// <summary>What the horizontal axis counts instead of steps: a metric, in <c>metrics.loss</c>'s form. Zooms and cross-hairs are shared by charts of the same.</summary>
    public string? XName { get; init; }

    /// <summary>
    /// Writes lines so short that a hundred fit into one answer: places to a tenth of a thousandth of the scale, from which the read-out
    /// takes its values. By itself from seven lines on.
    /// </summary>
    public bool Dense { get => field || Series.Count > DenseFrom; init; }

    /// <summary>More lines than this are written short.</summary>
    public const int DenseFrom = 6;

    /// <summary>Left end of a zoom.</summary>
    public double? From { get; init; }

    /// <summary>Right end of a zoom.</summary>
    public double? To { get; init; }

    /// <summary>Where the axis will end when the run does, if that is known.</summary>
    public double? End { get; init; }

    /// <summary>About how many labels the horizontal axis has.</summary>
    public int XTicks { get; init; } = 3;

    /// <summary>About how many labels the vertical axis has.</summary>
    public int YTicks { get; init; } = 3;

    /// <summary>How many columns a line is reduced to.</summary>
    public int Columns { get; init; } = 400;

    /// <summary>Works out the drawing.</summary>
    public ChartDrawing Draw() => new(this);
}

/// <summary>A line as it is drawn.</summary>
public sealed class DrawnSeries
{
    internal DrawnSeries(Series series, int look, ChartPlan plan)
    {
        (Series, Look) = (series, Look.Of(look));
        var average = new Smoothing(plan.Smooth);
        var all = series.Points;
        var smooth = plan is { Smooth: > 0, Smoother: not Smoother.Exponential } ? Smoothing.Around([.. all.Select(p => p.Y)], plan.Smoother, plan.Smooth) : new double[all.Count];
        if (plan.Smoother == Smoother.Exponential || !(plan.Smooth > 0))
            for (var i = 0; i < all.Count; i++) smooth[i] = plan.Smooth > 0 ? average.Next(all[i].Y) : all[i].Y;
        Average = average;
        Last = all.Count == 0 ? null : all[^1].Y;
        // A neighbour on either side stays, so that the line leaves the zoomed plot and does not end in it.
        int first = 0, last = all.Count - 1;
        if (plan.From is { } from) while (first < all.Count - 1 && all[first + 1].X < from) first++;
        if (plan.To is { } to) while (last > first && all[last - 1].X > to) last--;
        if (plan.LogX) while (first <= last && all[first].X <= 0) first++;
        var window = last < first ? [] : all.Skip(first).Take(last - first + 1).ToList();
        // Columns are as wide as they are drawn.
        var keep = MinMax.Keep(plan.LogX ? [.. window.Select(p => p with { X = Math.Log10(p.X) })] : window, plan.Columns);
        Points = [.. keep.Select(i => (window[i], smooth[first + i]))];
        Band = plan.From is null && plan.To is null ? series.Band : [.. series.Band.Where(r => r.X >= (plan.From ?? r.X) && r.X <= (plan.To ?? r.X))];
        Raw = series.Raw is not { } raw ? null : plan.From is null && plan.To is null && !plan.LogX ? raw
            : [.. raw.Where(p => p.X >= (plan.From ?? p.X) && p.X <= (plan.To ?? p.X) && (!plan.LogX || p.X > 0))];
    }

    /// <summary>What it draws.</summary>
    public Series Series { get; }

    /// <summary>Hue, dash and tone.</summary>
    public Look Look { get; }

    /// <summary>Colour, 1 to 6.</summary>
    public int Colour => Look.Hue;

    /// <summary>The points that stay, each with its smoothed value.</summary>
    public IReadOnlyList<(Point Point, double Smooth)> Points { get; }

    /// <summary>State of the smoothing after the last point.</summary>
    public Smoothing Average { get; }

    internal IReadOnlyList<Range> Band { get; }

    internal IReadOnlyList<Point>? Raw { get; }

    /// <summary>The newest value of the line as it was logged, not smoothed, whatever part of it is shown; null without points.</summary>
    public double? Last { get; }

    /// <summary>For the read-out: <c>x y smooth at</c> a point, <c>-</c> for what is the same or unknown, points parted by semicolons.</summary>
    public string Data(bool smoothed)
    {
        var text = new StringBuilder();
        foreach (var (point, smooth) in Points)
        {
            if (text.Length > 0) text.Append(';');
            text.Append(Numbers.Exact(point.X)).Append(' ').Append(Brief(point.Y)).Append(' ').Append(smoothed ? Brief(smooth) : "-");
            if (point.At != 0) text.Append(' ').Append(point.At.ToString(CultureInfo.InvariantCulture));
        }
        return text.ToString();
    }

    // Seven digits are more than a read-out shows.
    private static string Brief(double value) => double.IsFinite(value) ? value.ToString("G7", CultureInfo.InvariantCulture) : Numbers.Exact(value);
}

/// <summary>A line chart, worked out: scales, ticks and paths. <see cref="LineChart"/> only lays it out.</summary>
public sealed class ChartDrawing
{
    internal ChartDrawing(ChartPlan plan)
    {
        if (plan.LogX && (plan.Axis == Axis.Time || !plan.Series.Any(s => s.Points.Any(p => p.X > 0)))) plan = plan with { LogX = false };
        Plan = plan;
        Lines = [.. plan.Series.Select((s, i) => new DrawnSeries(s, s.Colour >= 1 ? s.Colour : i + 1, plan))];
        X = FitX();
        var log = plan.Log && Shown().Any(v => v > 0 && double.IsFinite(v));
        Y = Scale.Fit(plan.IgnoreOutliers ? Usual(log) : Shown(), plan.YTicks, log);
        if (plan.IgnoreOutliers) Outside = Shown(once: true).Count(v => double.IsFinite(v) && (v > Y.High || v < Y.Low));
        XTicks = Ticks.Of(X, plan.Axis, plan.XTicks);
        YTicks = Ticks.Of(Y, plan.YTicks);
    }

    /// <summary>What was asked for.</summary>
    public ChartPlan Plan { get; }

    /// <summary>The lines, in the plan's order.</summary>
    public IReadOnlyList<DrawnSeries> Lines { get; }

    /// <summary>The horizontal scale.</summary>
    public Scale X { get; }

    /// <summary>The vertical scale.</summary>
    public Scale Y { get; }

    /// <summary>Labels from left to right.</summary>
    public IReadOnlyList<Tick> XTicks { get; }

    /// <summary>Labels from bottom to top.</summary>
    public IReadOnlyList<Tick> YTicks { get; }

    /// <summary>How many of the drawn values lie beyond the vertical axis, because <see cref="ChartPlan.IgnoreOutliers"/> was asked for.</summary>
    public int Outside { get; }

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => Lines.All(l => l.Points.Count == 0);

    /// <summary>Whether a smoothed line lies over the measured one.</summary>
    public bool Smoothed => Plan.Smooth > 0;

    /// <summary>Path of the line that counts.</summary>
    public string Line(DrawnSeries line) => Plan.Dense
        ? SvgPath.Short(line.Points.Select(p => (p.Point.X, p.Smooth)), X, Y) : SvgPath.Line(line.Points.Select(p => (p.Point.X, p.Smooth)), X, Y);

    /// <summary>Path of the measured line behind a smoothed one.</summary>
    public string Raw(DrawnSeries line)
    {
        var raw = line.Raw?.Select(p => (p.X, p.Y)) ?? line.Points.Select(p => (p.Point.X, p.Point.Y));
        return Plan.Dense ? SvgPath.Short(raw, X, Y, whole: true) : SvgPath.Line(raw, X, Y);
    }

    /// <summary>Dots of lone points.</summary>
    public string Lone(DrawnSeries line) => SvgPath.Lone([.. line.Points.Select(p => (p.Point.X, p.Smooth))], X, Y);

    /// <summary>Path of the band.</summary>
    public string Band(DrawnSeries line) => SvgPath.Band(line.Band, X, Y);

    /// <summary>The end of a line that goes on; null when it does not, or ends outside.</summary>
    public (double X, double Y)? Head(DrawnSeries line)
    {
        if (!line.Series.Live || line.Points.Count == 0 || double.IsNaN(line.Points[^1].Smooth)) return null;
        var (x, y) = (X.At(line.Points[^1].Point.X), Y.FromTop(line.Points[^1].Smooth));
        return x is >= 0 and <= 1000 && y is >= 0 and <= 1000 ? (x, y) : null;
    }

    private IEnumerable<double> Shown(bool once = false)
    {
        foreach (var line in Lines)
        {
            foreach (var (point, smooth) in line.Points)
                if (point.X >= X.Low && point.X <= X.High)
                {
                    if (line.Raw is null) yield return point.Y;
                    if (!once) yield return smooth;
                }
            foreach (var point in line.Raw ?? []) if (point.X >= X.Low && point.X <= X.High) yield return point.Y;
            if (once && line.Raw is null) foreach (var range in line.Band.Where(r => r.Low < Y.Low || r.High > Y.High)) { yield return range.Low; yield return range.High; }
            if (!once) foreach (var range in line.Band) { yield return range.Low; yield return range.High; }
        }
    }

    // Quantiles of the logarithms where these are drawn: a loss that falls by decades has no outliers.
    private List<double> Usual(bool log)
    {
        var sorted = Quantiles.Sorted(Shown().Where(v => !log || v > 0).Select(v => log ? Math.Log10(v) : v));
        if (sorted.Length == 0) return [];
        var (low, high) = (Quantiles.Of(sorted, .05), Quantiles.Of(sorted, .95));
        var room = (high - low) / 4;
        if (!(room > 0) || !double.IsFinite(room)) (low, high, room) = (sorted[sorted.Length / 2], sorted[sorted.Length / 2], 0);
        var ends = (double[])[Math.Max(sorted[0], low - room), Math.Min(sorted[^1], high + room)];
        return [.. ends.Select(v => log ? Math.Pow(10, v) : v)];
    }

    private Scale FitX()
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var line in Lines)
            if (line.Points.Count > 0)
            {
                low = Math.Min(low, line.Points[0].Point.X);
                high = Math.Max(high, line.Points[^1].Point.X);
            }
        if (low > high) (low, high) = (0, 1);
        if (Plan.From is null && Plan.To is null)
        {
            // A run counts from nought even if its first metric came later; a wall clock does not.
            if (Plan.Axis != Axis.Time && !Plan.LogX && low > 0 && low < high * .2) low = 0;
            if (Plan.End is { } end && end > high) high = end;
            else if (Lines.Any(l => l.Series.Live)) high = Room(low, high);
        }
        else
            (low, high) = (Plan.From ?? low, Plan.To ?? high);
        if (Plan.LogX && (!(low > 0) || !(low < high))) (low, high) = (low > 0 ? low / 2 : high > 0 ? high / 1000 : .1, high > 0 ? high * (low < high ? 1 : 2) : 1);
        if (!(low < high)) (low, high) = low == 0 ? (0, 1) : (low - Math.Abs(low) * .1, low + Math.Abs(low) * .1);
        return new(low, high, Plan.LogX);
    }

    // Room to the right for what comes, so that not every point asks for a new scale.
    private double Room(double low, double high)
    {
        var step = Ticks.Within(low, high <= low ? low + 1 : high, Math.Max(3, Plan.XTicks)) / 5;
        return Math.Ceiling((high + (high - low) * .08) / step) * step;
    }
}
