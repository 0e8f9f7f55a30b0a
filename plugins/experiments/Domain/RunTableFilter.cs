using System.Globalization;
using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain;

/// <summary>Which runs of an experiment a table shows, in which order and with which columns, as it stands in the address.</summary>
public sealed record RunTableFilter
{
    /// <summary>Rows at a time.</summary>
    public const int PageSize = 50;

    /// <summary>Rows that a table shows at most when it is drawn anew.</summary>
    public const int MostRows = 500;

    /// <summary>Columns at most.</summary>
    public const int MostColumns = 40;

    /// <summary>Narrowest and widest column, in pixels.</summary>
    public const int Narrowest = 48, Widest = 800;

    private const int MostOpen = 50;

    /// <summary>Parameters of the address that make up a view.</summary>
    public static readonly IReadOnlyList<string> Names = ["filter", "status", "scope", "sort", "columns", "pin", "widths", "differs", "group"];

    /// <summary>What was typed: MLflow's grammar and more, or a part of a name.</summary>
    public string Text { get; init; } = "";

    /// <summary>One of the views that every experiment has.</summary>
    public RunScope Scope { get; init; }

    /// <summary>A status word; empty for every one.</summary>
    public string Status { get; init; } = "";

    /// <summary>A column or an attribute to sort by, with a leading minus for downwards; empty for newest first.</summary>
    public string Sort { get; init; } = "";

    /// <summary>The chosen columns; null for the usual ones.</summary>
    public IReadOnlyList<RunColumn>? Columns { get; init; }

    /// <summary>Those that stay at the left.</summary>
    public IReadOnlyList<RunColumn> Pinned { get; init; } = [];

    /// <summary>Widths in pixels, of columns that were given one.</summary>
    public IReadOnlyDictionary<RunColumn, int> Widths { get; init; } = new Dictionary<RunColumn, int>();

    /// <summary>Leaves out columns in which all found runs agree.</summary>
    public bool Differs { get; init; }

    /// <summary>What the runs are grouped by.</summary>
    public GroupKey? Group { get; init; }

    /// <summary>Parents, or values of the group, whose runs are unfolded; null for the usual.</summary>
    public IReadOnlyList<string>? Open { get; init; }

    /// <summary>The saved view this began with.</summary>
    public long? ViewId { get; init; }

    /// <summary>The state of that view.</summary>
    public IReadOnlyDictionary<string, string> Saved { get; init; } = new Dictionary<string, string>();

    /// <summary>New runs are shown as they come.</summary>
    public bool Follow { get; init; }

    /// <summary>How many rows, from the first.</summary>
    public int Rows { get; init; } = PageSize;

    /// <summary>Rows that stand before these.</summary>
    public int Skip { get; init; }

    /// <summary>Shows the trash.</summary>
    public bool Deleted => Scope == RunScope.Trash;

    /// <summary>Reads an address.</summary>
    /// <param name="query">The value of a parameter; null when it is missing, which lets the saved view have its say.</param>
    /// <param name="viewId">The saved view.</param>
    /// <param name="saved">Its state.</param>
    public static RunTableFilter Read(Func<string, string?> query, long? viewId = null, IReadOnlyDictionary<string, string>? saved = null)
    {
        saved ??= new Dictionary<string, string>();
        string Value(string name) => query(name) ?? saved.GetValueOrDefault(name, "");
        var columns = RunColumn.Split(Value("columns")).Take(MostColumns).ToList();
        return new()
        {
            Text = Value("filter").Trim(),
            Scope = RunScopes.Read(viewId is null ? query("view") : Value("scope")),
            Status = RunStatusWords.FromWord(Value("status")) is { } status ? status.Word() : "",
            Sort = Value("sort"),
            Columns = columns.Count == 0 ? null : columns,
            Pinned = [.. RunColumn.Split(Value("pin")).Take(MostColumns)],
            Widths = ReadWidths(Value("widths")),
            Differs = Value("differs") == "1",
            Group = GroupKey.Read(Value("group")),
            Open = query("open") is { } open ? [.. open.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(RunColumn.Unescape).Take(MostOpen)] : null,
            ViewId = viewId,
            Saved = saved,
            Follow = query("follow") == "1",
            Rows = int.TryParse(query("rows"), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? Math.Clamp(rows, PageSize, MostRows) : PageSize,
            Skip = int.TryParse(query("skip"), NumberStyles.None, CultureInfo.InvariantCulture, out var skip) ? Math.Clamp(skip, 0, 10_000_000) : 0,
        };
    }

    /// <summary>What a view keeps of it, without what is usual.</summary>
    public IReadOnlyDictionary<string, string> State => States().Where(s => s.Value.Length > 0).ToDictionary(s => s.Name, s => s.Value);

    /// <summary>The state as parameters of an address: all that is not usual, or not as the saved view has it. Empty values count, since they take away what the view has.</summary>
    public IEnumerable<(string Name, string Value)> Query()
    {
        if (ViewId is { } view)
            yield return ("view", view.ToString(CultureInfo.InvariantCulture));
        else if (Scope.Word() is { } word)
            yield return ("view", word);
        foreach (var (name, value) in States())
            if (ViewId is null ? value.Length > 0 && name != "scope" : value != Saved.GetValueOrDefault(name, ""))
                yield return (name, value);
        if (Open is not null)
            yield return ("open", string.Join(',', Open.Select(RunColumn.Escape)));
        if (Follow)
            yield return ("follow", "1");
    }

    /// <summary>Whether it differs from the saved view it began with.</summary>
    public bool Changed => ViewId is not null && States().Any(s => s.Value != Saved.GetValueOrDefault(s.Name, ""));

    /// <summary>Whether it leaves any run out that its view has.</summary>
    public bool Narrows => Text.Length > 0 || Status.Length > 0;

    /// <summary>Runs stand below their parents: while nothing says in which order or which of them.</summary>
    public bool Nests => !Narrows && Sort.Length == 0 && Group is null && Scope == RunScope.All;

    /// <summary>The search to run.</summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="order">How sorted.</param>
    /// <returns>What is wrong with <see cref="Text"/>; null when all is well.</returns>
    public FilterError? Search(out RunFilter filter, out SearchOrder order)
    {
        // A sort that cannot be read is an old link; the table falls back to newest first.
        order = Order(Sort) ?? SearchOrder.Default;
        // A word or two is a name: nobody should have to write the grammar for that.
        var text = Text.Length > 0 && Text.All(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or '.' or '/' or ':')
            ? $"attributes.run_name ILIKE '%{Text}%'" : Text;
        if (!RunFilter.TryParse(text, out filter, out var wrong))
            return wrong;
        if (Status.Length > 0 && RunFilter.TryParse($"attributes.status = '{RunStatusWords.FromWord(Status)!.Value.ProtocolWord()}'", out var status, out _))
            filter = filter.And(status);
        return null;
    }

    /// <summary>Whether the table can be sorted by a column.</summary>
    public static bool CanSort(RunColumn column) => SortName(column) is { } name && Order(name) is not null;

    /// <summary>What a column is called where tables are sorted.</summary>
    public static string? SortName(RunColumn column) => column.Kind switch
    {
        ColumnKind.Trend => null,
        ColumnKind.Attribute => column.Key switch { "started" => "start_time", "ended" => "end_time", "user" => "user_id", "status" or "run_id" or "duration" => column.Key, _ => null },
        _ => column.ToString(),
    };

    /// <summary>Whether the table is sorted by this, and downwards.</summary>
    public bool? SortedBy(string what) => Sort == what ? false : Sort == "-" + what ? true : null;

    private static SearchOrder? Order(string sort) =>
        sort.Length > 0 && SearchOrder.TryParseRuns([$"{Quoted(sort.TrimStart('-'))} {(sort[0] == '-' ? "DESC" : "ASC")}"], out var asked, out _) ? asked : null;

    private static string Quoted(string what)
    {
        if (RunColumn.Read(what) is not { Kind: not ColumnKind.Attribute } column)
            return $"attributes.{what}";
        var name = column with { Of = Aggregate.Last };
        var dot = name.ToString().IndexOf('.', StringComparison.Ordinal);
        var quoted = $"{name.ToString()[..dot]}.`{column.Key.Replace("`", "``", StringComparison.Ordinal)}`";
        return column.Of == Aggregate.Last ? quoted : $"{column.Of.ToString().ToLowerInvariant()}({quoted})";
    }

    private static Dictionary<RunColumn, int> ReadWidths(string text)
    {
        var widths = new Dictionary<RunColumn, int>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries).Take(MostColumns))
            if (part.LastIndexOf(':') is > 0 and var colon && RunColumn.Read(RunColumn.Unescape(part[..colon])) is { } column
                && int.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var width))
                widths[column] = Math.Clamp(width, Narrowest, Widest);
        return widths;
    }

    private IEnumerable<(string Name, string Value)> States() =>
    [
        ("filter", Text), ("status", Status), ("scope", Scope.Word() ?? ""), ("sort", Sort), ("columns", Columns is null ? "" : RunColumn.Join(Columns)),
        ("pin", RunColumn.Join(Pinned)), ("widths", string.Join(',', Widths.Select(w => $"{RunColumn.Escape(w.Key.ToString())}:{w.Value.ToString(CultureInfo.InvariantCulture)}"))),
        ("differs", Differs ? "1" : ""), ("group", Group?.ToString() ?? ""),
    ];
}
