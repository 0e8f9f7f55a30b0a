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
    public const string Names = "x smooth log from to metrics";

    /// <summary>Reads an address; what makes no sense is passed over.</summary>
    public static ChartFilter Read(Func<string, string?> query) => new(
        query("x") switch { "elapsed" => Axis.Elapsed, "time" => Axis.Time, _ => Axis.Step },
        Number(query("smooth")) is { } smooth ? Math.Clamp(smooth, 0, .99) : UsualSmooth,
        query("log") is "1" or "on" or "true",
        Number(query("from")), Number(query("to")), Cut(query("metrics")));

    /// <summary>Name of the axis in the address.</summary>
    public string X => Axis switch { Axis.Elapsed => "elapsed", Axis.Time => "time", _ => "step" };

    /// <summary>The state as query parameters, without what is usual.</summary>
    public IEnumerable<(string Name, string? Value)> Query() =>
    [
        ("x", Axis == Axis.Step ? null : X),
        ("smooth", Math.Abs(Smooth - UsualSmooth) < 1e-9 ? null : Smooth.ToString(CultureInfo.InvariantCulture)),
        ("log", Log ? "1" : null),
        ("from", From?.ToString(CultureInfo.InvariantCulture)),
        ("to", To?.ToString(CultureInfo.InvariantCulture)),
        ("metrics", Metrics),
    ];

    /// <summary>Whether a metric is among those looked for.</summary>
    public bool Shows(string key) => Metrics.Length == 0
        || Metrics.Split(' ', StringSplitOptions.RemoveEmptyEntries).All(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static string Cut(string? text) => text is null ? "" : text.Length > 200 ? text[..200] : text.Trim();
}
