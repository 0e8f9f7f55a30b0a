using System.Globalization;
using Crucible.Ui.Text;

namespace Crucible.Charts;

/// <summary>A label on an axis.</summary>
/// <param name="At">Where, 0 to 1000 along the axis.</param>
/// <param name="Text">What it says.</param>
public readonly record struct Tick(double At, string Text);

/// <summary>Places and words of axis labels.</summary>
public static class Ticks
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    // Seconds that people divide time by.
    private static readonly double[] TimeSteps =
        [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

    /// <summary>A distance of 1, 2, 2.5 or 5 times a power of ten that puts about so many ticks within the range.</summary>
    public static double Within(double low, double high, int ticks) => Best(low, high, ticks, step =>
    {
        var (first, last) = (Math.Ceiling(low / step - 1e-9), Math.Floor(high / step + 1e-9));
        // What lies outside the first and the last tick has no label.
        return (last - first, 1 - (last - first) * step / (high - low));
    });

    /// <summary>As <see cref="Within"/>, where the range will be widened to whole steps: little of it may be empty.</summary>
    public static double Around(double low, double high, int ticks) => Best(low, high, ticks, step =>
    {
        var (from, to) = Scale.Ends(low, high, step);
        return (Math.Round((to - from) / step), (to - from) / (high - low) - 1);
    });

    // After Wilkinson's and Talbot's labelling: some ticks more or less weigh little against waste.
    private static double Best(double low, double high, int ticks, Func<double, (double Steps, double Waste)> measure)
    {
        var wanted = Math.Max(1, ticks - 1);
        var rough = (high / 2 - low / 2) / wanted * 2;
        if (!(rough > 0) || !double.IsFinite(rough)) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        if (!(power > 0) || !double.IsFinite(power * 10)) return rough;
        var (best, least) = (rough, double.PositiveInfinity);
        foreach (var factor in (double[])[5, 2.5, 2, 1, .5])
            foreach (var step in (double[])[factor * power * 10, factor * power])
            {
                var (steps, waste) = measure(step);
                if (steps < 1 || steps > wanted * 1.6 + 1) continue;
                // Too few ticks are worse than too many.
                var off = Math.Log2(steps / wanted);
                var score = waste + .2 * (off < 0 ? -1.6 * off : off);
                if (score < least) (best, least) = (step, score);
            }
        return best;
    }

    /// <summary>Labels of a scale of plain numbers.</summary>
    public static IReadOnlyList<Tick> Of(Scale scale, int ticks = 5) => scale.Log ? Log(scale, ticks) : Linear(scale, ticks);

    /// <summary>Labels of a horizontal axis, by what it counts.</summary>
    public static IReadOnlyList<Tick> Of(Scale scale, Axis axis, int ticks = 5) => axis switch
    {
        Axis.Elapsed when scale.Log => [.. Log(scale, ticks, Elapsed)],
        _ when scale.Log => Log(scale, ticks),
        Axis.Elapsed => Spaced(scale, TimeStep(scale.High - scale.Low, ticks), Elapsed),
        Axis.Time => Spaced(scale, TimeStep((scale.High - scale.Low) / 1000, ticks) * 1000, v => Clock(v, scale)),
        _ => Linear(scale, ticks),
    };

    private static List<Tick> Linear(Scale scale, int ticks)
    {
        var step = scale.Step > 0 ? scale.Step : Within(scale.Low, scale.High, ticks);
        // All labels of an axis in the same unit: 0, 5k, 10k.
        var size = Math.Max(Math.Abs(scale.Low), Math.Abs(scale.High));
        return Spaced(scale, step, v => size >= 10_000 && step >= 10 && v != 0 && size < 1e15 ? Thousands(v, step, size) : Label(v, step));
    }

    private static List<Tick> Spaced(Scale scale, double step, Func<double, string> label)
    {
        var list = new List<Tick>();
        if (!double.IsFinite(step) || !double.IsFinite(scale.High / step - scale.Low / step)) return list;
        var first = Math.Ceiling(scale.Low / step - 1e-6);
        // Counted instead of added up, so that the hundredth tick lies where it should.
        for (var i = 0; i < 50; i++)
        {
            var value = (first + i) * step;
            if (value > scale.High + step * 1e-6) break;
            list.Add(new(Math.Clamp(scale.At(value), 0, Scale.Extent), label(Math.Abs(value) < step * 1e-6 ? 0 : value)));
        }
        return list;
    }

    private static List<Tick> Log(Scale scale, int ticks, Func<double, string>? label = null)
    {
        var list = new List<Tick>();
        double from = Math.Floor(Math.Log10(scale.Low)), to = Math.Ceiling(Math.Log10(scale.High));
        var few = scale.High / scale.Low < 30;
        var every = Math.Max(1, (int)Math.Ceiling((to - from) / Math.Max(1, ticks)));
        for (var power = from; power <= to; power++)
            foreach (var factor in few ? (double[])[1, 2, 5] : [1])
            {
                var value = factor * Math.Pow(10, power);
                if (!few && (power - from) % every != 0) continue;
                if (value >= scale.Low * .999 && value <= scale.High * 1.001)
                    list.Add(new(Math.Clamp(scale.At(value), 0, Scale.Extent), (label ?? Short)(value)));
            }
        return list;
    }

    /// <summary>A number on an axis, short: <c>.38</c>, <c>1.5</c>, <c>30k</c>, <c>3e-4</c>.</summary>
    public static string Label(double value, double step)
    {
        if (value == 0) return "0";
        var size = Math.Abs(value);
        if (size < 1e-3 || step < 5e-5 || size >= 1e15) return Short(value);
        if (size >= 10_000 && step >= 10) return Thousands(value, step, size);
        var decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(step) + 1e-9) + (IsQuarter(step) ? 1 : 0), 0, 6);
        var text = size.ToString("N" + decimals.ToString(Plain), Plain);
        if (text.StartsWith("0.", StringComparison.Ordinal)) text = text[1..];
        return value < 0 ? "−" + text : text;
    }

    private static string Short(double value)
    {
        var text = Numbers.Short(value);
        return Math.Abs(value) >= 10_000 && Math.Abs(value) < 1e12 ? Numbers.Compact(value) : text.StartsWith("0.", StringComparison.Ordinal) ? text[1..] : text;
    }

    private static string Thousands(double value, double step, double size)
    {
        var (unit, name) = size switch { >= 1e12 => (1e12, "T"), >= 1e9 => (1e9, "G"), >= 1e6 => (1e6, "M"), _ => (1e3, "k") };
        var decimals = Math.Clamp(-(int)Math.Floor(Math.Log10(step / unit) + 1e-9) + (IsQuarter(step) ? 1 : 0), 0, 3);
        return (value < 0 ? "−" : "") + Numbers.Trim((Math.Abs(value) / unit).ToString("F" + decimals.ToString(Plain), Plain)) + name;
    }

    private static bool IsQuarter(double step)
    {
        var lead = step / Math.Pow(10, Math.Floor(Math.Log10(step) + 1e-9));
        return Math.Abs(lead - 2.5) < 1e-6;
    }

    private static double TimeStep(double seconds, int ticks)
    {
        var rough = seconds / Math.Max(1, ticks - 1);
        foreach (var step in TimeSteps)
            if (step >= rough) return step;
        return rough < 1 ? Within(0, seconds, ticks) : Math.Ceiling(rough / 604800) * 604800;
    }

    private static string Elapsed(double seconds)
    {
        if (seconds == 0) return "0";
        if (Math.Abs(seconds) < 1) return Label(seconds, .1) + "s";
        var time = TimeSpan.FromSeconds(Math.Clamp(seconds, -1e11, 1e11));
        var text = Durations.Whole(time.Duration());
        foreach (var nothing in (string[])[" 00s", " 00m", " 00h"])
            if (text.EndsWith(nothing, StringComparison.Ordinal)) text = text[..^4];
        return time < TimeSpan.Zero ? "−" + text : text;
    }

    private static string Clock(double ms, Scale scale)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Clamp(ms, -6e13, 2.5e14));
        var span = scale.High - scale.Low;
        return at.ToString(span < 300_000 ? "HH:mm:ss" : span < 2 * 86_400_000d ? "HH:mm" : "d MMM", Plain);
    }
}
