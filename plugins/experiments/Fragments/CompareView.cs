using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Fragments;

/// <summary>A row of the comparison: a parameter, a tag or a fact, with its value in every run.</summary>
public sealed record ComparedRow(string Key, IReadOnlyList<string?> Values)
{
    /// <summary>Not the same in all runs.</summary>
    public bool Differs => Values.Distinct().Count() > 1;
}

/// <summary>Runs side by side.</summary>
/// <param name="Runs">Two to six of them, in the order of the address.</param>
/// <param name="Lines">The metrics of all of them.</param>
/// <param name="Filter">How charts are drawn.</param>
public sealed record CompareView(IReadOnlyList<RunDetail> Runs, IReadOnlyList<Data.Series> Lines, ChartFilter Filter)
{
    /// <summary>As many as stand side by side, and as a chart can show apart by colour.</summary>
    public const int Most = 6;

    /// <summary>As many as one address holds; those past <see cref="Most"/> are overlaid in charts alone.</summary>
    public const int MostOverlaid = 100;

    /// <summary>Charts on a page before the rest is fetched by scrolling.</summary>
    public const int PanelsAtOnce = 12;

    /// <summary>All runs that were asked for and may be seen.</summary>
    public IReadOnlyList<Guid> Asked { get; init; } = [];

    /// <summary>More runs were asked for than an address holds.</summary>
    public bool TooMany { get; init; }

    /// <summary>Shows every parameter, not only those that differ.</summary>
    public bool All { get; init; }

    /// <summary>In the address: they are measured against none, also not against the baseline.</summary>
    public const string NoBase = "none";

    /// <summary>The experiment's baseline, when it is one of these runs; they are measured against it unless the address says otherwise.</summary>
    public Guid? Baseline { get; init; }

    /// <summary>The run that the others are measured against; null for none.</summary>
    public Guid? Base { get; init; }

    /// <summary>For which metrics small values are the good ones.</summary>
    public Func<string, bool> SmallIsGood { get; init; } = RunTableView.SmallIsGood;

    /// <summary>Error bars of the first metrics.</summary>
    public IReadOnlyList<RunSpread> Spreads { get; init; } = [];

    /// <summary>Names of the experiments.</summary>
    public IReadOnlyDictionary<long, string> Experiments { get; init; } = new Dictionary<long, string>();

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

    /// <summary>Of those the first that at least two runs have: what bars and the radar show.</summary>
    public IReadOnlyList<string> Common => field ??= [.. Shown.Where(k => Ids.Count(id => Line(id, k) is { } line && double.IsFinite(line.LastValue)) > 1).Take(8)];

    /// <summary>The address of these runs.</summary>
    public string Self => Address.Compare(Asked.Count > 0 ? Asked : Ids);

    /// <summary>The state of the page beside its runs.</summary>
    public IEnumerable<(string, string?)> State => [("all", All ? "1" : null), ("base", Base == Baseline ? null : Base?.ToString("N") ?? NoBase), .. Filter.Query()];

    /// <summary>The address with the state of the page and more.</summary>
    public string Url(params IEnumerable<(string, string?)> more) => Address.With(Self, [.. State, .. more]);

    /// <summary>The address with all parameters or those that differ.</summary>
    public string ShowAll(bool all) => (this with { All = all }).Url();

    /// <summary>The address without one of them.</summary>
    public string Without(Guid runId) => Address.With(Address.Compare((Asked.Count > 0 ? Asked : Ids).Where(i => i != runId)), State);

    /// <summary>One metric of one run.</summary>
    public Data.Series? Line(Guid runId, string key) => Found.GetValueOrDefault((runId, key));

    /// <summary>The last value of a metric of the run that the others are measured against.</summary>
    public double? Against(string key) => Base is { } run && Line(run, key) is { } line && double.IsFinite(line.LastValue) ? line.LastValue : null;

    /// <summary>The best last value of a metric; null when fewer than two runs have one.</summary>
    public double? Best(string key)
    {
        var finite = Ids.Select(id => Line(id, key)).Where(l => l is not null && double.IsFinite(l.LastValue)).Select(l => l!.LastValue).ToList();
        return finite.Count < 2 ? null : SmallIsGood(key) ? finite.Min() : finite.Max();
    }

    /// <summary>The parameters, each with its value in every run; without the equal ones unless <see cref="All"/>.</summary>
    public IEnumerable<ComparedRow> Params() => Rows(r => r.Params);

    /// <summary>The tags that people and programs set, without those that clients keep for themselves.</summary>
    public IEnumerable<ComparedRow> Tags() => Rows(r => r.Tags.Where(t => RunTagNames.IsOwn(t.Key)));

    private IEnumerable<ComparedRow> Rows(Func<RunDetail, IEnumerable<Entry>> entries)
    {
        var values = Runs.Select(r => entries(r).ToDictionary(p => p.Key, p => p.Value)).ToList();
        return values.SelectMany(v => v.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(key => new ComparedRow(key, [.. values.Select(v => v.GetValueOrDefault(key))]))
            .Where(row => row.Differs || All || Runs.Count == 1);
    }

    private Dictionary<(Guid, string), Data.Series> Found => field ??= Lines.ToDictionary(l => (l.RunId, l.Key));
}
