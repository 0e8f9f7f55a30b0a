namespace Crucible.Experiments.Data;

/// <summary>An even sample of one metric over several runs, taken by index probes instead of reading histories.</summary>
internal static class Sample
{
    // Up to here reading all steps costs less than a few milliseconds, and is exact however unevenly they lie.
    private const long ReadWhole = 20_000;

    /// <summary>At most <paramref name="most"/> points of each run, at steps spread evenly; each run's first and last are kept.</summary>
    public static async Task<List<HistoryPoint>> Read(HistoryStore histories, Guid[] runIds, string key, long? first, long? last, int most, CancellationToken cancel)
    {
        if (await histories.Extent(runIds, key, cancel) is not { } extent)
            return [];
        var (from, to) = (Math.Max(first ?? extent.First, extent.First), Math.Min(last ?? extent.Last, extent.Last));
        if (from > to)
            return [];
        var (steps, ends) = extent.Points <= ReadWhole
            ? await histories.AllSteps(runIds, key, from, to, cancel)
            : await histories.Steps(runIds, key, from, to, Targets(from, to, most), cancel);
        var chosen = Thin(steps, most);
        return await histories.At(runIds, key, [.. chosen.Union(ends).Order()], cancel);
    }

    /// <summary>Evenly spread positions from the first to the last step.</summary>
    private static long[] Targets(long from, long to, int most)
    {
        var width = (double)to - from;
        if (width < most)
            return [.. Enumerable.Range(0, (int)width + 1).Select(i => from + i)];
        return [.. Enumerable.Range(0, most).Select(i => from + (long)(width * i / Math.Max(1, most - 1)))];
    }

    private static IEnumerable<long> Thin(long[] steps, int most)
    {
        if (steps.Length <= most)
            return steps;
        var every = (double)steps.Length / most;
        return Enumerable.Range(0, most).Select(i => steps[(int)(i * every)]);
    }
}
