namespace Crucible.Charts;

/// <summary>Finds room for bars that overlap in time.</summary>
public static class Lanes
{
    /// <summary>
    /// The row of each bar, from 0, so that no two in one row overlap (one may begin where another ends). Takes no more rows than
    /// there are bars at one moment.
    /// </summary>
    /// <remarks>Partition of intervals by their start, the earliest free row first; Kleinberg and Tardos, Algorithm Design (2005), section 4.1.</remarks>
    public static int[] Pack(IReadOnlyList<(double From, double To)> bars)
    {
        var rows = new int[bars.Count];
        var free = new PriorityQueue<int, (double Until, int Row)>();
        var used = 0;
        foreach (var i in Enumerable.Range(0, bars.Count).OrderBy(i => bars[i].From).ThenBy(i => bars[i].To))
        {
            var row = free.TryPeek(out _, out var first) && first.Until <= bars[i].From ? free.Dequeue() : used++;
            rows[i] = row;
            free.Enqueue(row, (Math.Max(bars[i].From, bars[i].To), row));
        }
        return rows;
    }
}
