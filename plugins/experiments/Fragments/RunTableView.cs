using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Fragments;

/// <summary>A row of the run table.</summary>
/// <param name="Run">The run.</param>
/// <param name="Progress">How far it came, if that can be said.</param>
/// <param name="Depth">How deep it is nested below rows that are shown.</param>
public sealed record RunLine(RunRow Run, double? Progress, int Depth)
{
    /// <summary>Values of the shown columns of metrics.</summary>
    public IReadOnlyDictionary<RunColumn, double> Figures { get; init; } = new Dictionary<RunColumn, double>();

    /// <summary>Values of the shown parameters, tags and texts of the run itself.</summary>
    public IReadOnlyDictionary<RunColumn, string> Texts { get; init; } = new Dictionary<RunColumn, string>();

    /// <summary>Courses of metrics, by key.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Point>> Trends { get; init; } = new Dictionary<string, IReadOnlyList<Point>>();

    /// <summary>The first of those courses.</summary>
    public IReadOnlyList<Point> Trend => Trends.Values.FirstOrDefault() ?? [];

    /// <summary>How many runs are nested in it.</summary>
    public long Children { get; init; }

    /// <summary>Those runs, when they are unfolded.</summary>
    public RunTableView? Nested { get; init; }
}

/// <summary>The run table of an experiment, ready to be drawn.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Filter">What it shows and how.</param>
/// <param name="Lines">Its rows.</param>
/// <param name="Columns">Its columns, pinned ones first.</param>
public sealed record RunTableView(long ExperimentId, RunTableFilter Filter, IReadOnlyList<RunLine> Lines, IReadOnlyList<RunColumn> Columns)
{
    /// <summary>Keys that many of these rows have.</summary>
    public TableRows Known { get; init; } = new([], [], []);

    /// <summary>How many runs there are.</summary>
    public RunCounts Counts { get; init; } = new(new Dictionary<string, long>(), 0);

    /// <summary>The best runs by the shown metrics.</summary>
    public IReadOnlyList<BestRun> Bests { get; init; } = [];

    /// <summary>Which values of metrics are the good ones.</summary>
    public MetricGoals Goals { get; init; } = MetricGoals.Guessed;

    /// <summary>Columns that were chosen and left out, since all found runs agree in them.</summary>
    public IReadOnlyList<RunColumn> Alike { get; init; } = [];

    /// <summary>The groups, when the table is grouped.</summary>
    public IReadOnlyList<RunGroupView>? Groups { get; init; }

    /// <summary>The run whose children these rows are.</summary>
    public Guid? Parent { get; init; }

    /// <summary>How many groups there are.</summary>
    public long GroupCount { get; init; }

    /// <summary>The group whose runs these rows are, as it stands in the address.</summary>
    public string? Within { get; init; }

    /// <summary>How deep these rows are nested.</summary>
    public int Depth { get; init; }

    /// <summary>Where the next rows are; null when there are none.</summary>
    public (string Name, string Value)? Next { get; init; }

    /// <summary>What is wrong with the filter.</summary>
    public FilterError? Error { get; init; }

    /// <summary>Who looks may change runs.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The metric that the best run is of.</summary>
    public string? First => Columns.Where(c => c.IsMetric).Concat(Columns.Where(c => c.Kind == ColumnKind.Trend)).Select(c => c.Key).FirstOrDefault();

    /// <summary>The best run by the first metric.</summary>
    public (Guid RunId, string Name, double Value)? Best => Bests.Where(b => b.Key == First).Select(b => ((Guid, string, double)?)(b.RunId, b.Name, b.Value)).FirstOrDefault();

    /// <summary>The address of this table in another state.</summary>
    public string Url(RunTableFilter filter, params IEnumerable<(string Name, string? Value)> more) =>
        Address.State(Address.Experiment(ExperimentId), filter.Query().Concat(more.Where(m => m.Value is not null).Select(m => (m.Name, m.Value!))));

    /// <summary>The address with other columns.</summary>
    public string With(IEnumerable<RunColumn> columns) => Url(Filter with { Columns = [.. columns] });

    /// <summary>Sorted by this; once more turns it round. Scores begin with the best, which for losses is the smallest.</summary>
    public string SortUrl(string what) => Url(Filter with
    {
        Sort = Filter.SortedBy(what) switch { true => what, false => "-" + what, null => RunColumn.Read(what) is { IsMetric: true } metric && Goals.Of(metric.Key) == MetricGoal.Min ? what : "-" + what },
    });

    /// <summary>Whether small values of a metric are the good ones, by its name alone.</summary>
    public static bool SmallIsGood(string key) => MetricGoals.Guess(key) == MetricGoal.Min;

    /// <summary>Whether a row holds the best value of a column.</summary>
    public bool IsBest(RunColumn column, Guid runId) => column.IsLast && Bests.Any(b => b.Key == column.Key && b.RunId == runId);

    /// <summary>At which width a column leaves: usual ones make room, chosen ones stay and the table scrolls.</summary>
    public string? Keep(RunColumn column)
    {
        if (Filter.Columns is not null || column is { Kind: ColumnKind.Attribute, Key: "status" })
            return null;
        if (column.Kind == ColumnKind.Trend)
            return "mid";
        if (column.Kind == ColumnKind.Attribute)
            return "wide";
        var place = Columns.Where(c => c.Kind == column.Kind).TakeWhile(c => c != column).Count();
        return column.IsMetric && place == 0 ? null : place >= 3 ? "xl" : place == 2 ? "l" : place == 1 ? "mid" : "wide";
    }

    /// <summary>Where a column is pinned, counted from 1; null when it is not.</summary>
    public int? Pin(RunColumn column) => Filter.Pinned.Contains(column) ? Columns.TakeWhile(c => c != column).Count() + 1 : null;

    /// <summary>The heading of a column: short, unless two would read alike.</summary>
    public string Title(RunColumn column)
    {
        var name = column.Kind switch
        {
            ColumnKind.Attribute => RunColumn.Attributes.First(a => a.Key == column.Key).Title,
            ColumnKind.Trend when Columns.Count(c => c.Kind == ColumnKind.Trend) == 1 => "Trend",
            _ => Columns.Where(c => c.Kind == column.Kind).Select(c => c.Key).Distinct().Count(k => Short(k) == Short(column.Key)) <= 1 ? Short(column.Key) : column.Key,
        };
        return column is { IsMetric: true, Of: not Aggregate.Last } ? $"{name} {column.Of.ToString().ToLowerInvariant()}" : name;
    }

    /// <summary>Set to the right, since numbers stand in it.</summary>
    public static bool IsNumber(RunColumn column) => column.Kind is ColumnKind.Metric or ColumnKind.Param || column is { Kind: ColumnKind.Attribute, Key: "duration" };

    /// <summary>The width of a column, in pixels; what it usually needs when nobody gave it one.</summary>
    public int Width(RunColumn column) => Filter.Widths.TryGetValue(column, out var width) ? width : column.Kind switch
    {
        ColumnKind.Trend => 134,
        ColumnKind.Tag => 130,
        ColumnKind.Attribute => column.Key switch { "status" => 210, "user" => 56, "duration" => 96, "run_id" => 120, _ => 110 },
        _ => 96,
    };

    /// <summary>The last part of a key, which is what a narrow column has room for.</summary>
    public static string Short(string key) => key[(key.LastIndexOfAny(['/', '.']) + 1)..] is { Length: > 0 } last ? last : key;
}

/// <summary>A group of the run table.</summary>
/// <param name="Group">What its runs have in common, how many they are and how the shown metrics are spread.</param>
public sealed record RunGroupView(RunGroup Group)
{
    /// <summary>The shown metrics' spreads, by column.</summary>
    public IReadOnlyDictionary<RunColumn, Spread> Spreads { get; init; } = new Dictionary<RunColumn, Spread>();

    /// <summary>Its runs, when it is unfolded.</summary>
    public RunTableView? Table { get; init; }

    /// <summary>As it stands in the address.</summary>
    public string Token => Group.Value is null ? "-" : "=" + Group.Value;
}

/// <summary>The page of an experiment's runs.</summary>
/// <param name="Frame">What stands around it.</param>
/// <param name="Table">The runs.</param>
public sealed record ExperimentView(ExperimentFrameView Frame, RunTableView Table)
{
    /// <summary>Saved views that who looks may see.</summary>
    public IReadOnlyList<RunTableBookmark> Views { get; init; } = [];

    /// <summary>Acts on many runs that are under way.</summary>
    public IReadOnlyList<RunBatch> Batches { get; init; } = [];

    /// <summary>Who looks.</summary>
    public Guid? Me { get; init; }

    /// <summary>The visitor's token, of people who may only read too: they have views of their own.</summary>
    public FormToken? Token { get; init; }

    /// <summary>The saved view that is shown.</summary>
    public RunTableBookmark? Current => Views.FirstOrDefault(v => v.ViewId == Table.Filter.ViewId);

    /// <summary>Whether who looks may change the saved view that is shown.</summary>
    public bool OwnsCurrent => Current is { } view && (view.OwnerId == Me || Frame.MayDelete);
}
