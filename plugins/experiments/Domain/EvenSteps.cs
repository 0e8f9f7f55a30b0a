namespace Crucible.Experiments.Domain;

/// <summary>Which steps of a long history a chart is given.</summary>
public static class EvenSteps
{
    /// <summary>
    /// Picks steps evenly from those that exist, over all runs together, and keeps each run's own first and last, so
    /// that no line begins late or ends early.
    /// </summary>
    /// <param name="runs">For each run the steps it logged, in any order, repeats allowed.</param>
    /// <param name="most">How many to pick evenly, at least 1; the runs' ends come on top.</param>
    /// <param name="range">The first and last step to look at; null for all. Ends outside of it are not kept.</param>
    /// <returns>The steps, ascending, each once.</returns>
    public static long[] Pick(IEnumerable<IReadOnlyCollection<long>> runs, int most, (long First, long Last)? range = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        var (first, last) = range ?? (long.MinValue, long.MaxValue);
        var all = new HashSet<long>();
        var picked = new SortedSet<long>();
        foreach (var run in runs)
        {
            if (run.Count == 0)
                continue;
            var (low, high) = (long.MaxValue, long.MinValue);
            foreach (var step in run)
            {
                (low, high) = (Math.Min(low, step), Math.Max(high, step));
                if (step >= first && step <= last)
                    all.Add(step);
            }
            if (low >= first && low <= last)
                picked.Add(low);
            if (high >= first && high <= last)
                picked.Add(high);
        }
        var sorted = all.ToArray();
        Array.Sort(sorted);
        if (sorted.Length <= most)
            return sorted;
        for (var n = 0; n < most; n++)
            picked.Add(sorted[(int)((long)n * sorted.Length / most)]);
        picked.Add(sorted[^1]);
        return [.. picked];
    }
}
