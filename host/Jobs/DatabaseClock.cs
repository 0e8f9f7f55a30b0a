using System.Diagnostics;

namespace Crucible.Host.Jobs;

/// <summary>
/// The database's time, carried on by this machine's monotonic clock between two beats. Hosts that share a database share it,
/// whatever their own clocks say, and a clock that jumps moves no schedule.
/// </summary>
internal sealed class DatabaseClock : TimeProvider
{
    private sealed record Reading(DateTimeOffset At, long Stamp);

    private Reading _last = new(System.GetUtcNow(), Stopwatch.GetTimestamp());

    public void Set(DateTimeOffset now) => Volatile.Write(ref _last, new(now, Stopwatch.GetTimestamp()));

    public override DateTimeOffset GetUtcNow()
    {
        var last = Volatile.Read(ref _last);
        return last.At + Stopwatch.GetElapsedTime(last.Stamp);
    }
}
