using System.Diagnostics.CodeAnalysis;

namespace Crucible.Experiments.Domain.Search;

/// <summary>One column of an order.</summary>
/// <param name="Entity">What it sorts by.</param>
/// <param name="Key">The key; for attributes the canonical name.</param>
/// <param name="Ascending">Smallest first. Either way numbers come before NaN, and NaN before rows that lack the key.</param>
public sealed record SortKey(Entity Entity, string Key, bool Ascending)
{
    /// <summary>Which value of a metric.</summary>
    public Aggregate Aggregate { get; init; }
}

/// <summary>How found rows are sorted. After the keys come MLflow's ties: newest first, then the id.</summary>
/// <param name="Keys">The columns, most important first; none is the default order.</param>
public sealed record SearchOrder(IReadOnlyList<SortKey> Keys)
{
    /// <summary>The order of a search that asks for none.</summary>
    public static SearchOrder Default { get; } = new([]);

    /// <summary>Reads the order_by of a run search: metrics, <c>min(metrics.loss)</c>, params, tags and attributes.</summary>
    public static bool TryParseRuns(IReadOnlyList<string>? entries, out SearchOrder order, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(entries, Vocabulary.Runs, out order, out error);

    /// <summary>Reads the order_by of an experiment search: name, experiment_id, creation_time, last_update_time.</summary>
    public static bool TryParseExperiments(IReadOnlyList<string>? entries, out SearchOrder order, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(entries, Vocabulary.Experiments, out order, out error);

    /// <summary>Reads the order_by of a search of registered models: name, creation_timestamp, last_updated_timestamp.</summary>
    public static bool TryParseRegisteredModels(IReadOnlyList<string>? entries, out SearchOrder order, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(entries, Vocabulary.RegisteredModels, out order, out error);

    /// <summary>Reads the order_by of a search of versions: name, version_number, creation_timestamp, last_updated_timestamp.</summary>
    public static bool TryParseModelVersions(IReadOnlyList<string>? entries, out SearchOrder order, [NotNullWhen(false)] out FilterError? error) =>
        TryParse(entries, Vocabulary.ModelVersions, out order, out error);

    private static bool TryParse(
        IReadOnlyList<string>? entries, Vocabulary vocabulary, out SearchOrder order, [NotNullWhen(false)] out FilterError? error)
    {
        order = Default;
        var keys = new List<SortKey>();
        error = entries?.Count > SearchLimits.MaxOrders
            ? new($"order_by has {entries.Count:N0} entries; at most {SearchLimits.MaxOrders} are read.", 0)
            : null;
        foreach (var entry in error is null ? entries ?? [] : [])
        {
            error = Read(entry, vocabulary, directed: true, out var key);
            if (error is null && keys.Any(k => k.Entity == key!.Entity && k.Key == key.Key && k.Aggregate == key.Aggregate))
                error = FilterError.At(0, $"`order_by` contains duplicate fields: '{entry}'. Name each field once");
            if (error is not null)
                return false;
            keys.Add(key!);
        }
        if (error is not null)
            return false;
        order = new(keys);
        return true;
    }

    internal static FilterError? Read(string entry, Vocabulary vocabulary, bool directed, out SortKey? key)
    {
        key = null;
        if (entry.Length > SearchLimits.MaxOrderText)
            return new($"An order_by entry has at most {SearchLimits.MaxOrderText:N0} characters, this one {entry.Length:N0}.", 0);
        if (entry.Contains('\0'))
            return FilterError.At(entry.IndexOf('\0'), "An order_by entry holds U+0000. Remove it");
        var scanner = new Scanner(entry);
        scanner.SkipSpace();
        var from = scanner.At;
        if (!Identifier.TryRead(ref scanner, vocabulary.Whole, out var entity, out var name, out var aggregate, out var problem)
            || (problem = vocabulary.Orderable(entity, ref name)) is not null)
            return FilterError.At(from, $"Invalid order_by clause: {problem}");
        scanner.SkipSpace();
        var descending = directed && scanner.Take("DESC");
        if (directed && !descending)
            scanner.Take("ASC");
        scanner.SkipSpace();
        if (!scanner.Ended)
            return FilterError.At(scanner.At, $"Invalid order_by clause: expected {(directed ? "ASC or DESC" : "the end")} but found {scanner.WordAt(scanner.At)}");
        key = new(entity, name, !descending) { Aggregate = aggregate };
        return null;
    }

    /// <summary>The order as the grammar reads it back, one entry a key.</summary>
    public IReadOnlyList<string> ToEntries() =>
        [.. Keys.Select(k => $"{Words.Of(k.Entity, k.Key, k.Aggregate)} {(k.Ascending ? "ASC" : "DESC")}")];
}
