using System.Text.RegularExpressions;

namespace Crucible.Experiments.Domain;

/// <summary>Metrics as panels: those of a prefix together, the one that is looked at first before all of them.</summary>
public static partial class MetricGroups
{
    /// <summary>The prefix of the keys that machines log about themselves.</summary>
    public const string System = "system/";

    private static readonly string[] Judging = ["val", "valid", "validation", "eval", "test", "dev"];

    /// <summary>What stands before the last slash or, without one, the first dot or underscore: <c>train/loss</c> → <c>train</c>.</summary>
    public static string Prefix(string key)
    {
        var cut = key.LastIndexOf('/');
        if (cut < 0) cut = key.IndexOf('.');
        return cut > 0 ? key[..cut] : "";
    }

    /// <summary>The order of panels: the hero, then group by group.</summary>
    public static IReadOnlyList<T> Sort<T>(IEnumerable<T> metrics, Func<T, string> keyOf)
    {
        var list = metrics.ToList();
        return [.. list.OrderBy(m => Rank(keyOf(m))).ThenBy(m => Counted(Prefix(keyOf(m))), StringComparer.Ordinal).ThenBy(m => Counted(keyOf(m)), StringComparer.Ordinal)];
    }

    /// <summary>The key with its numbers made equally long, so that layer10 comes after layer2.</summary>
    private static string Counted(string key) => key.Any(char.IsAsciiDigit) ? Numbers().Replace(key, n => n.Value.PadLeft(12, '0')) : key;

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    /// <summary>What a run is judged by comes first: a validation score, then a validation loss, then a loss.</summary>
    private static int Rank(string key)
    {
        var low = key.ToLowerInvariant();
        var parts = low.Split('/', '.', '_', '-');
        var judging = parts.Any(p => Judging.Contains(p));
        var loss = low.Contains("loss", StringComparison.Ordinal) || low.Contains("error", StringComparison.Ordinal) || low.Contains("perplexity", StringComparison.Ordinal);
        return (judging, loss) switch { (true, false) => 0, (true, true) => 1, (false, true) => 2, _ => 3 };
    }
}
