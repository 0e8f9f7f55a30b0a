using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Live;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

// Points are too many to be journalled. A listener of run:{id} is greeted with a revision, the number of points that the
// lane has passed on or knew of, and from then on receives what was added:
//
//     greeting  {run, rev}
//     points    {run, from, to, series: {key: [[step, at, value], …]}, stale: [key, …]}
//
// A page knows its own revision: SeriesStore.Revision, read before its curves. It asks for its curves again when it is
// behind the greeting (something came in between), or when a message begins beyond it (from > its own, a message was
// lost); a message that ends at or before its own it ignores, and of one that overlaps it drops the points it has. Keys
// under `stale` changed in a way that appending does not show: points that came late, or more than fit a message.

/// <summary>The live lane of a run's metric points.</summary>
internal static class PointsLane
{
    internal const int MostOfOneSeries = 500;

    /// <summary>The revision, and what the lane counts from when this is the first listener.</summary>
    public static async ValueTask Greet(LivePush push)
    {
        if (!RunId.TryRead(push.Topic.Key, out var runId))
            return;
        push.State ??= Passed.Of(await push.Services.GetRequiredService<LaneStore>().Series(runId, push.Cancel));
        push.Data("greeting", new { run = push.Topic.Key, rev = ((Passed)push.State).Revision });
    }

    /// <summary>What was added since the last time.</summary>
    public static async ValueTask Send(LivePush push)
    {
        if (!RunId.TryRead(push.Topic.Key, out var runId))
            return;
        var store = push.Services.GetRequiredService<LaneStore>();
        var now = await store.Series(runId, push.Cancel);
        var next = Passed.Of(now);
        var before = push.State as Passed ?? Passed.None;
        push.State = next;
        var changed = before.Changed(now);
        if (changed.Count == 0)
            return;
        var added = await store.After([.. changed.Select(s => s.SeriesId)], [.. changed.Select(s => before.Of(s.SeriesId).Step)],
            [.. changed.Select(s => before.Of(s.SeriesId).At)], MostOfOneSeries + 1, push.Cancel);
        push.Data("points", Message(push.Topic.Key, before, next, changed, added));
    }

    /// <summary>What was added to a run, as pages take it.</summary>
    internal static object Message(string run, Passed before, Passed next, IReadOnlyList<LaneSeries> changed, ILookup<long, CurvePoint> added)
    {
        var series = new Dictionary<string, object[][]>();
        var stale = new List<string>();
        foreach (var one in changed)
        {
            // Points that were committed after the totals were read belong to the next message.
            var points = added[one.SeriesId].Where(p => (p.Step, p.At).CompareTo((one.LastStep, one.LastAt)) <= 0).ToList();
            if (points.Count == one.Points - before.Of(one.SeriesId).Points && points.Count <= MostOfOneSeries)
                series[one.Key] = [.. points.Select(p => new object[] { p.Step, p.At, p.Value })];
            else
                stale.Add(one.Key);
        }
        return new { run, from = before.Revision, to = next.Revision, series, stale };
    }
}
