using Crucible.Experiments.Data;

namespace Crucible.Experiments.Live;

/// <summary>How far a lane of points has come in each series of a run.</summary>
internal sealed class Passed(Dictionary<long, (long Points, long Step, long At)> series)
{
    public static readonly Passed None = new([]);

    /// <summary>How many points that are together.</summary>
    public long Revision { get; } = series.Values.Sum(s => s.Points);

    public static Passed Of(IEnumerable<LaneSeries> series) => new(series.ToDictionary(s => s.SeriesId, s => (s.Points, s.LastStep, s.LastAt)));

    public (long Points, long Step, long At) Of(long seriesId) => series.TryGetValue(seriesId, out var passed) ? passed : (0, long.MinValue, long.MinValue);

    /// <summary>Those that have other points now.</summary>
    public IReadOnlyList<LaneSeries> Changed(IEnumerable<LaneSeries> now) => [.. now.Where(s => Of(s.SeriesId).Points != s.Points)];
}
