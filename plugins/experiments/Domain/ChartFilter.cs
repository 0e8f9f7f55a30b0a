using System.Globalization;
using Crucible.Charts;

namespace Crucible.Experiments.Domain;

/// <summary>How the charts of a page are drawn, as it stands in the page's address.</summary>
/// <param name="Axis">What the horizontal axis counts.</param>
/// <param name="Smooth">Weight of the smoothing, 0 to 0.99.</param>
/// <param name="Log">Logarithmic values.</param>
/// <param name="From">Left end of a zoom, in units of the axis.</param>
/// <param name="To">Right end of a zoom.</param>
/// <param name="Metrics">Only metrics whose key holds this text.</param>
public sealed record ChartFilter(Axis Axis, double Smooth, bool Log, double? From, double? To, string Metrics)
{
    /// <summary>The smoothing of a page that states none.</summary>
    public const double UsualSmooth = 0.6;

    /// <summary>The parameters that a chart depends on, for <c>data-query</c>.</summary>
    public const string Names = "x xm smooth smoother log logx outliers from to metrics";

    /// <summary>A metric that the horizontal axis counts instead of <see cref="Axis"/>, which is then <see cref="Axis.Step"/>.</summary>
    public string? XMetric { get; init; }

    /// <summary>How lines are smoothed.</summary>
    public Smoother Smoother { get; init; }

    /// <summary>A logarithmic horizontal axis.</summary>
    public bool LogX { get; init; }

    /// <summary>The vertical axis leaves the farthest values out.</summary>
    public bool IgnoreOutliers { get; init; }

    /// <summary>Runs of one value of this are drawn as one line; null for each run by itself.</summary>
    public GroupKey? Group { get; init; }

    /// <summary>How far the runs of a group lie apart.</summary>
    public BandKind Spread { get; init; }

    /// <summary>Reads an address; what makes no sense is passed over.</summary>
    public static ChartFilter Read(Func<string, string?> query) => new(
        string.IsNullOrEmpty(query("xm")) ? query("x") switch { "elapsed" => Axis.Elapsed, "time" => Axis.Time, _ => Axis.Step } : Axis.Step,
        Number(query("smooth")) is { } smooth ? Math.Clamp(smooth, 0, .99) : UsualSmooth,
        On(query("log")), Number(query("from")), Number(query("to")), Cut(query("metrics")))
    {
        // A form without script sends the metric in a field of its own.
        XMetric = query("xm") is { Length: > 0 and <= 250 } typed ? typed : query("x") is { Length: > 8 and <= 260 } x && x.StartsWith("metrics.", StringComparison.Ordinal) ? x["metrics.".Length..] : null,
        Smoother = query("smoother") switch { "gaussian" => Smoother.Gaussian, "mean" => Smoother.Mean, _ => Smoother.Exponential },
        LogX = On(query("logx")),
        IgnoreOutliers = On(query("outliers")),
        Group = GroupKey.Read(query("group")),
        Spread = query("spread") switch { "error" => BandKind.Error, "confidence" => BandKind.Confidence, _ => BandKind.Deviation },
    };

    /// <summary>Name of the axis in the address.</summary>
    public string X => XMetric is { } key ? $"metrics.{key}" : Axis switch { Axis.Elapsed => "elapsed", Axis.Time => "time", _ => "step" };

    /// <summary>Name of the smoothing in the address.</summary>
    public string SmootherName => Smoother switch { Smoother.Gaussian => "gaussian", Smoother.Mean => "mean", _ => "exponential" };

    /// <summary>Name of the spread in the address.</summary>
    public string SpreadName => Spread switch { BandKind.Error => "error", BandKind.Confidence => "confidence", _ => "deviation" };

    /// <summary>The state as query parameters, without what is usual.</summary>
    public IEnumerable<(string Name, string? Value)> Query() =>
    [
        ("x", X == "step" ? null : X),
        ("smooth", Math.Abs(Smooth - UsualSmooth) < 1e-9 ? null : Smooth.ToString(CultureInfo.InvariantCulture)),
        ("smoother", Smoother == Smoother.Exponential ? null : SmootherName),
        ("log", Log ? "1" : null),
        ("logx", LogX ? "1" : null),
        ("outliers", IgnoreOutliers ? "1" : null),
        ("group", Group?.ToString()),
        ("spread", Spread == BandKind.Deviation ? null : SpreadName),
        ("from", From?.ToString(CultureInfo.InvariantCulture)),
        ("to", To?.ToString(CultureInfo.InvariantCulture)),
        ("metrics", Metrics),
    ];

    /// <summary>Whether a metric is among those looked for.</summary>
    public bool Shows(string key) => Metrics.Length == 0
        || Metrics.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool On(string? text) => text is "1" or "on" or "true";

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static string Cut(string? text) => text is null ? "" : text.Length > 200 ? text[..200] : text.Trim();
}
