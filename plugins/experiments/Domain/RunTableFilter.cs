using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain;

/// <summary>A column of the run table that somebody chose: a metric or a parameter.</summary>
public readonly record struct RunColumn(bool IsMetric, string Key)
{
    /// <summary>As it stands in an address: <c>metrics.loss</c>.</summary>
    public override string ToString() => $"{(IsMetric ? "metrics" : "params")}.{Key}";

    /// <summary>Reads that form.</summary>
    public static RunColumn? Read(string text) =>
        text.StartsWith("metrics.", StringComparison.Ordinal) ? new(true, text["metrics.".Length..])
        : text.StartsWith("params.", StringComparison.Ordinal) ? new(false, text["params.".Length..]) : null;
}

/// <summary>Which runs of an experiment a table shows, in which order and with which columns, as it stands in the address.</summary>
/// <param name="Text">What was typed: MLflow's grammar, or a part of a name.</param>
/// <param name="Status">A status word; empty for every one.</param>
/// <param name="Deleted">Shows the deleted ones instead.</param>
/// <param name="Sort">A column or an attribute to sort by, with a leading minus for downwards; empty for newest first.</param>
/// <param name="Columns">The chosen columns; null for the usual ones.</param>
/// <param name="Skip">How many rows stand before these.</param>
public sealed record RunTableFilter(string Text, string Status, bool Deleted, string Sort, IReadOnlyList<RunColumn>? Columns, int Skip)
{
    /// <summary>Rows at a time.</summary>
    public const int PageSize = 50;

    private const int MostColumns = 24;

    /// <summary>Reads an address.</summary>
    public static RunTableFilter Read(Func<string, string?> query, IEnumerable<string> columns)
    {
        var chosen = columns.SelectMany(c => c.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(RunColumn.Read).OfType<RunColumn>().Distinct().Take(MostColumns).ToList();
        return new(query("filter")?.Trim() ?? "", query("status") is { } s && RunStatusWords.FromWord(s) is not null ? s : "", query("view") == "deleted",
            query("sort") ?? "", chosen.Count == 0 ? null : chosen, int.TryParse(query("skip"), out var skip) ? Math.Clamp(skip, 0, 10_000_000) : 0);
    }

    /// <summary>The state as query parameters, without what is usual and without the place of the page.</summary>
    public IEnumerable<(string Name, string? Value)> Query() =>
        [("filter", Text), ("status", Status), ("view", Deleted ? "deleted" : null), ("sort", Sort), ("columns", Columns is null ? null : string.Join(',', Columns))];

    /// <summary>Whether it leaves any run out.</summary>
    public bool Narrows => Text.Length > 0 || Status.Length > 0;

    /// <summary>The search to run.</summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="order">How sorted.</param>
    /// <returns>What is wrong with <see cref="Text"/> or <see cref="Sort"/>; null when all is well.</returns>
    public FilterError? Search(out RunFilter filter, out SearchOrder order)
    {
        order = SearchOrder.Default;
        // A word or two is a name: nobody should have to write the grammar for that.
        var text = Text.Length > 0 && Text.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or ':')
            ? $"attributes.run_name ILIKE '%{Text}%'" : Text;
        if (!RunFilter.TryParse(text, out filter, out var wrong))
            return wrong;
        if (Status.Length > 0)
            RunFilter.TryParse($"attributes.status = '{RunStatusWords.FromWord(Status)!.Value.ProtocolWord()}'{(text.Length > 0 ? " AND " + text : "")}", out filter, out _);
        // A sort that cannot be read is an old link; the table falls back to newest first.
        if (Sort.Length > 0 && SearchOrder.TryParseRuns([$"{Quoted(Sort.TrimStart('-'))} {(Sort[0] == '-' ? "DESC" : "ASC")}"], out var asked, out _))
            order = asked;
        return null;
    }

    /// <summary>Whether the table is sorted by this, and downwards.</summary>
    public bool? SortedBy(string what) => Sort == what ? false : Sort == "-" + what ? true : null;

    private static string Quoted(string what) => RunColumn.Read(what) is { } column
        ? $"{(column.IsMetric ? "metrics" : "params")}.`{column.Key.Replace("`", "``", StringComparison.Ordinal)}`" : $"attributes.{what}";
}
