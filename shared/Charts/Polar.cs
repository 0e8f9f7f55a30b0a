using System.Text;

namespace Crucible.Charts;

/// <summary>Places and paths around a centre. Turns are counted from the top and clockwise: 0 is up, 0.25 right.</summary>
public static class Polar
{
    /// <summary>A place at a distance from a centre, y downwards.</summary>
    public static (double X, double Y) At(double turn, double radius, double x = 500, double y = 500) =>
        (x + radius * Math.Sin(turn * 2 * Math.PI), y - radius * Math.Cos(turn * 2 * Math.PI));

    /// <summary>Path of an arc between two turns, at most one turn long; empty when it has no length.</summary>
    public static string Arc(double from, double to, double radius, double x = 500, double y = 500)
    {
        if (!(to - from > 1e-6)) return "";
        var (start, end) = (At(from, radius, x, y), At(Math.Min(to, from + .9999), radius, x, y));
        return $"M{Pair(start)}A{SvgPath.Text(radius)} {SvgPath.Text(radius)} 0 {(to - from > .5 ? 1 : 0)} 1 {Pair(end)}";
    }

    /// <summary>Path of a closed polygon with a corner for each radius, the first at the top; a radius that is NaN has none.</summary>
    public static string Polygon(IReadOnlyList<double> radii)
    {
        var path = new StringBuilder();
        for (var i = 0; i < radii.Count; i++)
            if (!double.IsNaN(radii[i])) path.Append(path.Length == 0 ? 'M' : 'L').Append(Pair(At((double)i / radii.Count, radii[i])));
        return path.Length == 0 ? "" : path.Append('Z').ToString();
    }

    private static string Pair((double X, double Y) place) => $"{SvgPath.Text(place.X)} {SvgPath.Text(place.Y)}";
}
