namespace Crucible.Experiments.Domain;

/// <summary>A panel of a board of charts.</summary>
/// <param name="Id">Names it within its board: letters, digits and hyphens.</param>
/// <param name="Kind">A name of <c>PanelKinds</c>: <c>line</c>.</param>
/// <param name="Settings">What it shows, by the fields of its kind.</param>
public sealed record BoardPanel(string Id, string Kind, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>Begins the names of a panel's settings in an address: the page has parameters of its own.</summary>
    public const string SettingPrefix = "p.";

    /// <summary>The kind that shows curves.</summary>
    public const string Line = "line";

    private const int MostSettings = 16;
    private const int LongestSetting = 2000;

    /// <summary>How wide: <c>s</c> a third of the page, <c>m</c> a half, <c>l</c> all of it.</summary>
    public string Size { get; init; } = "s";

    /// <summary>Is kept, and not shown.</summary>
    public bool Hidden { get; init; }

    /// <summary>Is there because a metric is, not because somebody added it.</summary>
    public bool Automatic { get; init; }

    /// <summary>The curves of one metric, as every board shows them by itself.</summary>
    public static BoardPanel Of(string metric) =>
        new($"line-{KeyHash.Of(metric)}", Line, new Dictionary<string, string> { ["key"] = metric }) { Automatic = true };

    /// <summary>One of its settings.</summary>
    public string? Setting(string name) => Settings.GetValueOrDefault(name);

    /// <summary>Its kind and settings as query parameters.</summary>
    public IEnumerable<(string Name, string? Value)> Query() =>
        [("panel", Id), ("kind", Kind), ("size", Size == "s" ? null : Size), ("auto", Automatic ? "1" : null), .. Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (SettingPrefix + s.Key, (string?)s.Value))];

    /// <summary>Reads them; null for what is no panel.</summary>
    public static BoardPanel? Read(IEnumerable<KeyValuePair<string, string>> query)
    {
        var given = query.GroupBy(q => q.Key).ToDictionary(q => q.Key, q => q.First().Value);
        if (given.GetValueOrDefault("panel") is not { Length: > 0 and <= 64 } id || !id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || given.GetValueOrDefault("kind") is not { Length: > 0 and <= 40 } kind)
            return null;
        var settings = given.Where(g => g.Key.StartsWith(SettingPrefix, StringComparison.Ordinal) && g.Value.Length is > 0 and <= LongestSetting).Take(MostSettings).ToDictionary(g => g.Key[SettingPrefix.Length..], g => g.Value);
        return new(id, kind, settings) { Size = SizeOf(given.GetValueOrDefault("size")), Automatic = given.GetValueOrDefault("auto") == "1" };
    }

    /// <summary>A size that there is.</summary>
    public static string SizeOf(string? text) => text is "m" or "l" ? text : "s";
}
