using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Live;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

// A page of charts shows up to a hundred runs at work, and a stream carries 64 topics: so one topic brings the points of all of
// them, as the same greetings and messages that a run's own topic brings (PointsLane), for two queries a quarter of a second however
// many listen. A run that begins is passed on from its second message on: who charts it has asked for it by then.

/// <summary>The live lane of an experiment's charts.</summary>
internal static class CurvesLane
{
    /// <summary>The revisions of the runs at work.</summary>
    public static async ValueTask Greet(LivePush push)
    {
        push.State ??= await Now(push, []);
        foreach (var (runId, (passed, _)) in (Dictionary<Guid, (Passed, IReadOnlyList<LaneSeries>)>)push.State)
            push.Data("greeting", new { run = runId.ToString("N"), rev = passed.Revision });
    }

    /// <summary>What was added since the last time.</summary>
    public static async ValueTask Send(LivePush push)
    {
        var before = push.State as Dictionary<Guid, (Passed Passed, IReadOnlyList<LaneSeries> Series)> ?? [];
        // Also those that ran a moment ago: the last points of a run come with its end.
        var now = await Now(push, [.. before.Keys]);
        push.State = now;
        var changed = now.Where(r => before.ContainsKey(r.Key)).Select(r => (Run: r.Key, Before: before[r.Key].Passed, Next: r.Value.Passed, Series: before[r.Key].Passed.Changed(r.Value.Series))).Where(r => r.Series.Count > 0).ToList();
        if (changed.Count == 0)
            return;
        var all = changed.SelectMany(r => r.Series.Select(s => (s.SeriesId, From: r.Before.Of(s.SeriesId)))).ToList();
        var added = await push.Services.GetRequiredService<LaneStore>().After([.. all.Select(s => s.SeriesId)], [.. all.Select(s => s.From.Step)], [.. all.Select(s => s.From.At)], PointsLane.MostOfOneSeries + 1, push.Cancel);
        foreach (var run in changed)
            push.Data("points", PointsLane.Message(run.Run.ToString("N"), run.Before, run.Next, run.Series, added));
    }

    private static async Task<Dictionary<Guid, (Passed Passed, IReadOnlyList<LaneSeries> Series)>> Now(LivePush push, Guid[] known)
    {
        if (!long.TryParse(push.Topic.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var experimentId))
            return [];
        var series = await push.Services.GetRequiredService<LaneStore>().RunningSeries(experimentId, known, push.Cancel);
        return series.ToDictionary(r => r.Key, r => (Passed.Of(r), (IReadOnlyList<LaneSeries>)[.. r]));
    }
}
