using Crucible.Charts;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Fragments;

/// <summary>A row of the run table.</summary>
/// <param name="Run">The run.</param>
/// <param name="Metrics">Last values of the shown metrics.</param>
/// <param name="Params">Values of the shown parameters.</param>
/// <param name="Trend">The first metric's course.</param>
/// <param name="Progress">How far it came, if that can be said.</param>
/// <param name="Depth">How deep it is nested below rows that are shown.</param>
public sealed record RunLine(RunRow Run, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, string> Params,
    IReadOnlyList<Point> Trend, double? Progress, int Depth);

/// <summary>The run table of an experiment, ready to be drawn.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Filter">What it shows and how.</param>
/// <param name="Lines">Its rows.</param>
/// <param name="Columns">Its columns.</param>
public sealed record RunTableView(long ExperimentId, RunTableFilter Filter, IReadOnlyList<RunLine> Lines, IReadOnlyList<RunColumn> Columns)
{
    /// <summary>The keys that could be columns.</summary>
    public TableRows Known { get; init; } = new([], [], []);

    /// <summary>How many runs there are.</summary>
    public RunCounts Counts { get; init; } = new(new Dictionary<string, long>(), 0);

    /// <summary>The best run by the first metric.</summary>
    public (Guid RunId, string Name, double Value)? Best { get; init; }

    /// <summary>More rows follow.</summary>
    public bool More { get; init; }

    /// <summary>What is wrong with the filter.</summary>
    public FilterError? Error { get; init; }

    /// <summary>The metric that the trend and the best run are of.</summary>
    public string? First => Columns.Where(c => c.IsMetric).Select(c => c.Key).FirstOrDefault();

    /// <summary>The address of this table in another state.</summary>
    public string Url(RunTableFilter filter, params IEnumerable<(string, string?)> more) => Address.With(Address.Experiment(ExperimentId), filter.Query().Concat(more));

    /// <summary>Sorted by this; once more turns it round. Scores begin with the best, which for losses is the smallest.</summary>
    public string SortUrl(string what) => Url(Filter with { Skip = 0, Sort = Filter.SortedBy(what) switch { true => what, false => "-" + what, null => SmallIsGood(what) ? what : "-" + what } });

    /// <summary>Whether small values of a metric are the good ones.</summary>
    public static bool SmallIsGood(string key) => key.Contains("loss", StringComparison.OrdinalIgnoreCase) || key.Contains("error", StringComparison.OrdinalIgnoreCase)
        || key.Contains("perplexity", StringComparison.OrdinalIgnoreCase) || key.Contains("latency", StringComparison.OrdinalIgnoreCase) || key.Contains("rmse", StringComparison.OrdinalIgnoreCase);

    /// <summary>At which width a column leaves: usual ones make room, chosen ones stay as long as a phone's screen lasts.</summary>
    public string? Keep(RunColumn column)
    {
        var place = Columns.Where(c => c.IsMetric == column.IsMetric).TakeWhile(c => c != column).Count();
        return column.IsMetric && place == 0 ? null : Filter.Columns is null && place >= 3 ? "xl" : Filter.Columns is null && place == 2 ? "l" : place == 1 ? "mid" : "wide";
    }

    /// <summary>The heading of a column: short, unless two would read alike.</summary>
    public string Title(RunColumn column) => Columns.Count(c => Short(c.Key) == Short(column.Key)) == 1 ? Short(column.Key) : column.Key;

    /// <summary>The last part of a key, which is what a narrow column has room for.</summary>
    public static string Short(string key) => key[(key.LastIndexOfAny(['/', '.']) + 1)..] is { Length: > 0 } last ? last : key;
}

/// <summary>The page of an experiment's runs.</summary>
public sealed record ExperimentView(ExperimentFrameView Frame, RunTableView Table);
