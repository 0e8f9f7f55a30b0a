using Crucible.Charts;
using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>A metric as a row.</summary>
/// <param name="Line">Its totals.</param>
/// <param name="Where">Where it was least and greatest.</param>
/// <param name="Value">What it was at the step that was asked for; null when it began later.</param>
/// <param name="Trend">Its course in about thirty points.</param>
public sealed record MetricRow(Data.Series Line, Extremes? Where, ValueAt? Value, IReadOnlyList<Point> Trend);

/// <summary>A page of a run's metrics.</summary>
/// <param name="Rows">In the order of their keys.</param>
/// <param name="All">How many metrics the run has.</param>
/// <param name="Matching">How many pass the search.</param>
/// <param name="Search">Only keys that hold this.</param>
/// <param name="At">The step whose values are asked for; null for the last.</param>
/// <param name="After">The key that the page begins behind.</param>
/// <param name="More">There are rows behind these.</param>
public sealed record MetricTable(IReadOnlyList<MetricRow> Rows, int All, int Matching, string Search, long? At, string After, bool More)
{
    /// <summary>Rows of a page.</summary>
    public const int AtOnce = 50;

    /// <summary>Reads a page.</summary>
    public static async Task<MetricTable> Read(IReadOnlyList<Data.Series> lines, string search, long? at, string after, RunMetricStore values, TrendStore trends, CancellationToken cancel)
    {
        var matching = lines.Where(l => l.Key.Contains(search, StringComparison.OrdinalIgnoreCase)).OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        var behind = matching.Where(l => after.Length == 0 || string.CompareOrdinal(l.Key, after) > 0).ToList();
        var shown = behind.Take(AtOnce).ToList();
        var ids = shown.Select(l => l.SeriesId).ToArray();
        var (extremes, courses, then) = (values.Extremes(ids, cancel), trends.Of(shown, cancel), at is { } step ? values.At(ids, [.. ids.Select(_ => step)], cancel) : Task.FromResult<IReadOnlyList<ValueAt>>([]));
        var known = (await then).ToDictionary(v => v.SeriesId);
        return new([.. await Drawn(shown, extremes, courses, known)], lines.Count, matching.Count, search, at, after, behind.Count > AtOnce);
    }

    private static async Task<IEnumerable<MetricRow>> Drawn(List<Data.Series> shown, Task<IReadOnlyDictionary<long, Extremes>> extremes, Task<IReadOnlyDictionary<long, IReadOnlyList<Point>>> courses, Dictionary<long, ValueAt> known)
    {
        var (where, course) = (await extremes, await courses);
        return shown.Select(l => new MetricRow(l, where.GetValueOrDefault(l.SeriesId), known.GetValueOrDefault(l.SeriesId), course.GetValueOrDefault(l.SeriesId) ?? []));
    }
}
