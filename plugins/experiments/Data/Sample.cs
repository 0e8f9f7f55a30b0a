using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Data;

/// <summary>An even sample of one metric over several runs, taken by index probes instead of reading histories.</summary>
internal static class Sample
{
    // Up to here reading all steps costs a few milliseconds, and is exact however unevenly they lie.
    private const long ReadWhole = 20_000;

    /// <summary>At most <paramref name="most"/> points of each run, at steps spread evenly; each run's first and last are kept.</summary>
    public static async Task<List<HistoryPoint>> Read(HistoryStore histories, Guid[] runIds, string key, long? first, long? last, int most, CancellationToken cancel)
    {
        if (await histories.Extent(runIds, key, cancel) is not { } extent)
            return [];
        var (from, to) = (Math.Max(first ?? extent.First, extent.First), Math.Min(last ?? extent.Last, extent.Last));
        if (from > to)
            return [];
        var steps = extent.Points <= ReadWhole
            ? await histories.AllSteps(runIds, key, from, to, cancel)
            : await histories.StepsNear(runIds, key, from, to, Targets(from, to, most), cancel);
        var runs = steps.GroupBy(s => s.RunId, s => s.Step).Select(run => run.ToArray());
        return await histories.At(runIds, key, EvenSteps.Pick(runs, most, (from, to)), cancel);
    }

    /// <summary>Evenly spread positions from the first to the last step.</summary>
    internal static long[] Targets(long from, long to, int most)
    {
        var width = (Int128)to - from;
        var count = (int)Int128.Min(width + 1, most);
        return [.. Enumerable.Range(0, count).Select(i => (long)(from + width * i / Math.Max(1, count - 1)))];
    }
}
