namespace Crucible.Host.Jobs;

/// <summary>What this host did in the last minutes, by job: how many ended how, how long they took and waited.</summary>
internal sealed class JobMinutes(DatabaseClock clock)
{
    private readonly Lock _lock = new();
    private Dictionary<(DateTimeOffset Minute, string Job), JobMinute> _minutes = [];

    public void Add(RunEnd end)
    {
        if (end.State == RunState.Queued)
            return; // handed back
        var now = clock.GetUtcNow();
        var key = (new DateTimeOffset(now.Ticks - now.Ticks % TimeSpan.TicksPerMinute, TimeSpan.Zero), end.Run.Rule.Key);
        lock (_lock)
        {
            if (!_minutes.TryGetValue(key, out var minute))
                _minutes[key] = minute = new(key.Item1, key.Key);
            minute.Add(end.State, end.Took.TotalMilliseconds, end.Run.Claim.WaitMs);
        }
    }

    /// <summary>The counts of this and the last minute, as they stand; older ones are over and written.</summary>
    public IReadOnlyList<JobMinute> Take()
    {
        lock (_lock)
        {
            var taken = _minutes.Values.Select(m => m.Copy()).ToList();
            var open = clock.GetUtcNow() - TimeSpan.FromMinutes(2);
            _minutes = _minutes.Where(m => m.Key.Minute > open).ToDictionary();
            return taken;
        }
    }
}

/// <summary>One minute of one job on one host.</summary>
internal sealed class JobMinute(DateTimeOffset minute, string job)
{
    public DateTimeOffset Minute => minute;
    public string Job => job;
    public int Succeeded { get; private set; }
    public int Failed { get; private set; }
    public int Cancelled { get; private set; }
    public int[] Took { get; private init; } = new int[Spread.Slots];
    public int[] Waited { get; private init; } = new int[Spread.Slots];

    public void Add(string state, double tookMs, double waitMs)
    {
        if (state == RunState.Succeeded)
            Succeeded++;
        else if (state == RunState.Cancelled)
            Cancelled++;
        else
            Failed++;
        Took[Spread.SlotOf(tookMs)]++;
        Waited[Spread.SlotOf(waitMs)]++;
    }

    public JobMinute Copy() => new(minute, job) { Succeeded = Succeeded, Failed = Failed, Cancelled = Cancelled, Took = [.. Took], Waited = [.. Waited] };
}

/// <summary>Durations counted in slots, each √2 times as wide as the one before, from 1 ms to two weeks.</summary>
internal static class Spread
{
    public const int Slots = 62;

    public static int SlotOf(double ms) => ms <= 1 ? 0 : Math.Min(Slots - 1, (int)Math.Ceiling(Math.Log2(ms) * 2));

    /// <summary>
    /// The duration below which this share of the counts lies: nearest rank, then linear inside its slot, so at most a fifth off.
    /// </summary>
    /// <returns>Milliseconds; null without a count.</returns>
    public static double? Quantile(ReadOnlySpan<long> counts, double share)
    {
        long all = 0;
        foreach (var count in counts)
            all += count;
        if (all == 0)
            return null;
        var rank = Math.Max(1, share * all);
        double below = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] > 0 && below + counts[i] >= rank)
            {
                var low = i == 0 ? 0 : Math.Pow(2, (i - 1) / 2d);
                return low + (Math.Pow(2, i / 2d) - low) * (rank - below) / counts[i];
            }
            below += counts[i];
        }
        return Math.Pow(2, (counts.Length - 1) / 2d);
    }
}
