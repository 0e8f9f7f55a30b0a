using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Fragments;

/// <summary>Runs side by side.</summary>
/// <param name="Runs">Two to six of them, in the order of the address.</param>
/// <param name="Lines">The metrics of all of them.</param>
/// <param name="Filter">How charts are drawn.</param>
public sealed record CompareView(IReadOnlyList<RunDetail> Runs, IReadOnlyList<Data.Series> Lines, ChartFilter Filter)
{
    /// <summary>As many as a chart can show apart.</summary>
    public const int Most = 6;

    /// <summary>Charts on a page before the rest is fetched by scrolling.</summary>
    public const int PanelsAtOnce = 12;

    /// <summary>More runs were asked for than are compared.</summary>
    public bool TooMany { get; init; }

    /// <summary>Shows every parameter, not only those that differ.</summary>
    public bool All { get; init; }

    /// <summary>The charts to draw now: a metric, and its curve in each run that has it.</summary>
    public IReadOnlyList<(string Key, IReadOnlyList<RunCurve> Curves)> Charts { get; init; } = [];

    /// <summary>How many charts stand before these.</summary>
    public int Skip { get; init; }

    /// <summary>Ids of the runs.</summary>
    public IReadOnlyList<Guid> Ids => [.. Runs.Select(r => r.Row.RunId)];

    /// <summary>Metrics in the order of their charts, the machine's own left out.</summary>
    public IReadOnlyList<string> Keys => field ??= MetricGroups.Sort(Lines.Select(l => l.Key).Where(k => !k.StartsWith(MetricGroups.System, StringComparison.Ordinal)).Distinct(), k => k);

    /// <summary>Those that the search leaves.</summary>
    public IReadOnlyList<string> Shown => field ??= [.. Keys.Where(Filter.Shows)];

    /// <summary>The address of these runs.</summary>
    public string Self => Address.Compare(Ids);

    /// <summary>The address with the state of the page and more.</summary>
    public string Url(params IEnumerable<(string, string?)> more) => Address.With(Self, [("all", All ? "1" : null), .. Filter.Query(), .. more]);

    /// <summary>The address without one of them.</summary>
    public string Without(Guid runId) => Address.With(Address.Compare(Ids.Where(i => i != runId)), [("all", All ? "1" : null), .. Filter.Query()]);

    /// <summary>One metric of one run.</summary>
    public Data.Series? Line(Guid runId, string key) => Found.GetValueOrDefault((runId, key));

    /// <summary>The parameters, each with its value in every run.</summary>
    public IEnumerable<(string Key, string?[] Values, bool Differs)> Params()
    {
        var values = Runs.Select(r => r.Params.ToDictionary(p => p.Key, p => p.Value)).ToList();
        foreach (var key in values.SelectMany(v => v.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            var row = values.Select(v => v.GetValueOrDefault(key)).ToArray();
            var differs = row.Distinct().Count() > 1;
            if (differs || All || Runs.Count == 1)
                yield return (key, row, differs);
        }
    }

    private Dictionary<(Guid, string), Data.Series> Found => field ??= Lines.ToDictionary(l => (l.RunId, l.Key));
}
