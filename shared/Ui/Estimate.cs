namespace Crucible.Ui;

/// <summary>How long something that is under way will still take.</summary>
public static class Estimate
{
    /// <summary>No estimate reads longer than this.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(365);

    /// <summary>
    /// By the pace so far. Null while too little is known: less than a hundredth done, or less than two seconds gone.
    /// </summary>
    /// <param name="done">How much is done, from 0 on.</param>
    /// <param name="total">How much there is; at or below 0 nobody knows.</param>
    /// <param name="elapsed">How long that took.</param>
    public static TimeSpan? Left(double done, double total, TimeSpan elapsed)
    {
        if (!double.IsFinite(done) || !double.IsFinite(total) || total <= 0) return null;
        if (done >= total) return TimeSpan.Zero;
        return done < total / 100 || elapsed < TimeSpan.FromSeconds(2) ? null : Clip(elapsed.TotalSeconds / done * (total - done));
    }

    /// <summary>
    /// By the pace of late: each step between two reports weighs half as much for every <paramref name="memory"/> that has
    /// passed since. Follows what grows slower or faster; falls back on the pace over all while there are few reports.
    /// </summary>
    /// <param name="reports">When how much was done, oldest first; going back (a restart) forgets what was before.</param>
    /// <param name="total">How much there is.</param>
    /// <param name="now">The time by which a long silence makes the estimate longer.</param>
    /// <param name="memory">How long a report counts; a minute is usual.</param>
    public static TimeSpan? Left(IReadOnlyList<(DateTimeOffset At, double Done)> reports, double total, DateTimeOffset now, TimeSpan memory)
    {
        var begin = 0;
        for (var i = 1; i < reports.Count; i++)
            if (reports[i].Done < reports[i - 1].Done || reports[i].At < reports[i - 1].At) begin = i;
        if (reports.Count - begin < 2) return null;
        var (first, last) = (reports[begin], reports[^1]);
        var all = Left(last.Done - first.Done, total - first.Done, last.At - first.At);
        if (all is null || all == TimeSpan.Zero) return last.Done >= total && total > 0 ? TimeSpan.Zero : all;
        var (work, time) = (0d, 0d);
        for (var i = begin + 1; i < reports.Count; i++)
        {
            var weight = Math.Pow(.5, (last.At - reports[i].At) / memory);
            work += weight * (reports[i].Done - reports[i - 1].Done);
            time += weight * (reports[i].At - reports[i - 1].At).TotalSeconds;
        }
        // Silent for longer than a report usually takes: the time counts, though nothing is known to be done in it.
        var usual = (last.At - first.At).TotalSeconds / (reports.Count - 1 - begin);
        time += Math.Max(0, (now - last.At).TotalSeconds - usual);
        return work <= 0 || time <= 0 ? all : Clip((total - last.Done) * time / work);
    }

    private static TimeSpan Clip(double seconds) => seconds >= Longest.TotalSeconds ? Longest : TimeSpan.FromSeconds(Math.Max(0, seconds));
}
