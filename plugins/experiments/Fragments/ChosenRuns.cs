using Crucible.Charts;
using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>A run among those that charts draw.</summary>
/// <param name="Run">The run.</param>
/// <param name="Look">How its lines are told apart, the same in every panel.</param>
/// <param name="Hidden">Is not drawn.</param>
/// <param name="Marked">Is drawn above the others.</param>
/// <param name="Live">More points will come.</param>
public sealed record ChosenRun(RunRow Run, int Look, bool Hidden, bool Marked, bool Live)
{
    /// <summary>Names it in the address, where a hundred whole ids would be too long: by its end, since ids begin with the time.</summary>
    public string Short => ShortOf(Run.RunId);

    /// <summary>That name of a run.</summary>
    public static string ShortOf(Guid runId) => runId.ToString("N")[^8..];
}

/// <summary>The runs that the charts of a page draw.</summary>
/// <param name="Runs">In the order of the table.</param>
/// <param name="More">Further runs match and are left out.</param>
public sealed record ChosenRuns(IReadOnlyList<ChosenRun> Runs, bool More)
{
    /// <summary>As many as one panel shows.</summary>
    public const int Most = 100;

    /// <summary>The parameters of a page that say which runs are drawn and how they look, for <c>data-query</c>.</summary>
    public const string Names = "filter status scope sort runs hide mark colour group spread";

    /// <summary>What is wrong with the filter; null when all is well.</summary>
    public Domain.Search.FilterError? Error { get; init; }

    /// <summary>Those that are drawn.</summary>
    public IReadOnlyList<ChosenRun> Shown => field ??= [.. Runs.Where(r => !r.Hidden)];

    /// <summary>Gives each run its look: by age, so that a run that begins changes nobody else's, unless somebody chose one.</summary>
    /// <param name="runs">In the order of the table.</param>
    /// <param name="query">Values of the address.</param>
    /// <param name="more">Further runs match.</param>
    /// <param name="live">Whether more points will come.</param>
    public static ChosenRuns Of(IReadOnlyList<RunRow> runs, Func<string, string?> query, bool more, Func<RunRow, bool> live)
    {
        var (hidden, marked) = (Set(query("hide")), Set(query("mark")));
        var chosen = Set(query("colour")).Select(c => c.Split('-')).Where(c => c.Length == 2 && int.TryParse(c[1], out var look) && look is >= 1 and <= Look.Count)
            .GroupBy(c => c[0]).ToDictionary(c => c.Key, c => int.Parse(c.First()[1], System.Globalization.CultureInfo.InvariantCulture));
        var looks = runs.OrderBy(r => r.StartTime).ThenBy(r => r.RunId).Select((r, i) => (r.RunId, i)).ToDictionary(r => r.RunId, r => r.i + 1);
        return new([.. runs.Select(r => new ChosenRun(r, looks[r.RunId], false, false, live(r))).Select(r => r with { Hidden = hidden.Contains(r.Short), Marked = marked.Contains(r.Short), Look = chosen.GetValueOrDefault(r.Short, r.Look) })], more);
    }

    private static HashSet<string> Set(string? text) => [.. (text is { Length: <= 4000 } ? text : "").Split(',', StringSplitOptions.RemoveEmptyEntries)];
}
