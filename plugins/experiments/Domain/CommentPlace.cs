using System.Globalization;

namespace Crucible.Experiments.Domain;

/// <summary>What of a run or an experiment a comment is about, as one text: <c>metric:val/loss@1200</c>, <c>cell:params.lr</c>; empty for the whole.</summary>
public static class CommentPlace
{
    /// <summary>Characters of a place.</summary>
    public const int Longest = 300;

    /// <summary>Whether this is a place: a metric with or without a step, or a column.</summary>
    public static bool IsPlace(string text) => text.Length == 0 || (text.Length <= Longest && !text.Contains('\0') && !text.Any(char.IsControl)
        && ((text.StartsWith("metric:", StringComparison.Ordinal) && text.Length > 7) || (text.StartsWith("cell:", StringComparison.Ordinal) && text.Length > 5)));

    /// <summary>The metric and the step of a point; the step is null for a whole curve, and both for any other place.</summary>
    public static (string? Metric, long? Step) Point(string place)
    {
        if (!place.StartsWith("metric:", StringComparison.Ordinal))
            return (null, null);
        var rest = place["metric:".Length..];
        var at = rest.LastIndexOf('@');
        return at > 0 && long.TryParse(rest[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step) ? (rest[..at], step) : (rest, null);
    }

    /// <summary>The place in words; empty for the whole.</summary>
    public static string Words(string place)
    {
        var (metric, step) = Point(place);
        if (metric is not null)
            return step is { } at ? $"{metric} at step {at.ToString("N0", CultureInfo.InvariantCulture)}" : metric;
        return place.StartsWith("cell:", StringComparison.Ordinal) ? place["cell:".Length..] : "";
    }
}
