using System.Net;
using Microsoft.AspNetCore.Components;

namespace Crucible.Charts;

/// <summary>Writes SVG's <c>text</c>, which Razor keeps for itself, and shortens names to what fits.</summary>
public static class SvgText
{
    /// <summary>Words at a place of the drawing, 0 to 1000 from the left and the top, moved by pixels or ems.</summary>
    /// <param name="x">From the left.</param>
    /// <param name="y">From the top.</param>
    /// <param name="text">The words; encoded here.</param>
    /// <param name="dx">Pixels to the right.</param>
    /// <param name="dy">Pixels, or ems with their unit, downwards.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="name">A class.</param>
    public static MarkupString At(double x, double y, string text, double dx = 0, string dy = ".32em", string anchor = "middle", string? name = null) =>
        new($"<text x='{SvgPath.Percent(x)}' y='{SvgPath.Percent(y)}' dx='{SvgPath.Text(dx)}' dy='{dy}' text-anchor='{anchor}'{(name is null ? "" : $" class='{name}'")}>{WebUtility.HtmlEncode(text)}</text>");

    /// <summary>The name, or its beginning with an ellipsis.</summary>
    public static string Short(string name, int most) => name.Length <= most ? name : name[..(most - 1)].TrimEnd() + "…";

    /// <summary>
    /// The labels of an axis that leave room to each other on a plot of about 230 pixels: all, or every second, third, … of them,
    /// chosen so that 0 stays.
    /// </summary>
    public static IReadOnlyList<Tick> Apart(IReadOnlyList<Tick> ticks)
    {
        const double letter = 28, gap = 16; // of the axis' 1000
        for (var every = 1; every < ticks.Count; every++)
        {
            var first = Math.Max(0, ticks.ToList().FindIndex(t => t.Text == "0")) % every;
            var kept = ticks.Where((_, i) => i % every == first).ToList();
            if (kept.Zip(kept.Skip(1)).All(p => p.Second.At - p.First.At >= (p.First.Text.Length + p.Second.Text.Length) * letter / 2 + gap)) return kept;
        }
        return [.. ticks.Take(1)];
    }

    /// <summary>
    /// Labels of places side by side, each in the middle of its share of the axis: as many as fit into a number of letters, evenly chosen.
    /// </summary>
    /// <param name="names">One for each place.</param>
    /// <param name="letters">How many letters the axis has room for.</param>
    public static IReadOnlyList<Tick> Places(IReadOnlyList<string> names, int letters = 44)
    {
        if (names.Count == 0) return [];
        var room = Math.Max(3, letters / names.Count - 1);
        var longest = Math.Min(12, names.Max(n => n.Length));
        var every = longest <= room ? 1 : Math.Max(1, (int)Math.Ceiling((Math.Min(longest, Math.Max(4, letters / 4)) + 1d) * names.Count / letters));
        var most = Math.Max(3, letters * every / names.Count - 1);
        return [.. names.Select((name, i) => (Name: name, Place: i)).Where(n => n.Place % every == 0)
            .Select(n => new Tick((n.Place + .5) * Scale.Extent / names.Count, Short(n.Name, most)))];
    }
}
