using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain;

/// <summary>What a column of the run table is about.</summary>
public enum ColumnKind
{
    /// <summary>A metric: one of its last, least, greatest and mean value.</summary>
    Metric,

    /// <summary>A parameter.</summary>
    Param,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>A property of the run itself; one of <see cref="RunColumn.Attributes"/>.</summary>
    Attribute,

    /// <summary>The course of a metric, drawn small.</summary>
    Trend,
}

/// <summary>A column of the run table. Written <c>metrics.loss</c>, <c>min(metrics.loss)</c>, <c>trend(metrics.loss)</c>, <c>params.lr</c>, <c>tags.team</c>, <c>attributes.duration</c>.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Key">The key of the metric, parameter or tag, or the name of the attribute.</param>
/// <param name="Of">Which value of a metric.</param>
public readonly record struct RunColumn(ColumnKind Kind, string Key, Aggregate Of = Aggregate.Last)
{
    /// <summary>The attributes that may be columns, and their headings.</summary>
    public static readonly IReadOnlyList<(string Key, string Title)> Attributes =
    [
        ("status", "Status"), ("duration", "Duration"), ("started", "Started"), ("ended", "Ended"), ("user", "By"), ("run_id", "Id"),
        ("dataset", "Dataset"), ("parent", "Parent"), ("source", "Source"), ("commit", "Commit"),
    ];

    private static readonly (ColumnKind Kind, string Prefix)[] Prefixes =
        [(ColumnKind.Metric, "metrics."), (ColumnKind.Param, "params."), (ColumnKind.Tag, "tags."), (ColumnKind.Attribute, "attributes.")];

    private static readonly (string Word, ColumnKind Kind, Aggregate Of)[] Functions =
        [("min(", ColumnKind.Metric, Aggregate.Min), ("max(", ColumnKind.Metric, Aggregate.Max), ("mean(", ColumnKind.Metric, Aggregate.Mean), ("trend(", ColumnKind.Trend, Aggregate.Last)];

    /// <summary>The last value of a metric.</summary>
    public static RunColumn Metric(string key) => new(ColumnKind.Metric, key);

    /// <summary>A parameter.</summary>
    public static RunColumn Param(string key) => new(ColumnKind.Param, key);

    /// <summary>An attribute.</summary>
    public static RunColumn Attribute(string key) => new(ColumnKind.Attribute, key);

    /// <summary>Whether it holds a metric's value.</summary>
    public bool IsMetric => Kind == ColumnKind.Metric;

    /// <summary>The value of a metric, not its course, that a push may bring.</summary>
    public bool IsLast => this is { Kind: ColumnKind.Metric, Of: Aggregate.Last };

    /// <summary>As people and addresses write it.</summary>
    public override string ToString() => this switch
    {
        { Kind: ColumnKind.Trend } => $"trend(metrics.{Key})",
        { Kind: ColumnKind.Metric, Of: not Aggregate.Last } => $"{Of.ToString().ToLowerInvariant()}(metrics.{Key})",
        _ => Prefix + Key,
    };

    private string Prefix
    {
        get
        {
            var kind = Kind;
            return Prefixes.First(p => p.Kind == kind).Prefix;
        }
    }

    /// <summary>Reads that form; null for what is none.</summary>
    public static RunColumn? Read(string text)
    {
        foreach (var (word, kind, figure) in Functions)
            if (text.StartsWith(word, StringComparison.Ordinal) && text.EndsWith(')'))
                return Read(text[word.Length..^1]) is { Kind: ColumnKind.Metric, Of: Aggregate.Last } inner ? inner with { Kind = kind, Of = figure } : null;
        foreach (var (kind, prefix) in Prefixes)
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length)
                return kind != ColumnKind.Attribute || Attributes.Any(a => a.Key == text[prefix.Length..]) ? new(kind, text[prefix.Length..]) : null;
        return null;
    }

    /// <summary>Several in one parameter of an address. A key may hold a comma, so that is escaped.</summary>
    public static string Join(IEnumerable<RunColumn> columns) => string.Join(',', columns.Select(c => Escape(c.ToString())));

    /// <summary>Reads that form, passing over what is no column.</summary>
    public static IEnumerable<RunColumn> Split(string? text) =>
        (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(part => Read(Unescape(part))).OfType<RunColumn>().Distinct();

    internal static string Escape(string text) => text.Replace("~", "~0", StringComparison.Ordinal).Replace(",", "~1", StringComparison.Ordinal);

    internal static string Unescape(string text) => text.Replace("~1", ",", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}
