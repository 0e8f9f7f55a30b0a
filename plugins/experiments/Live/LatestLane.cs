using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Live;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

// A table of runs shows the latest value of some metrics, each person their own columns. So what is pushed is values, not
// cells:
//
//     latest    {experiment, runs: {run: {key: value, …}, …}}
//
// of the runs being written whose values changed since the last message. A listener that comes later has read the table itself.

/// <summary>The live lane of an experiment's run table.</summary>
internal static class LatestLane
{
    /// <summary>The values that changed since the last time.</summary>
    public static async ValueTask Send(LivePush push)
    {
        if (!long.TryParse(push.Topic.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var experimentId))
            return;
        var known = push.State as Dictionary<(Guid, string), double>;
        var next = new Dictionary<(Guid, string), double>();
        var runs = new Dictionary<string, Dictionary<string, double>>();
        foreach (var (runId, key, value) in await push.Services.GetRequiredService<LaneStore>().RunningLatest(experimentId, push.Cancel))
        {
            next[(runId, key)] = value;
            if (known?.TryGetValue((runId, key), out var before) == true && before.Equals(value))
                continue;
            var id = runId.ToString("N");
            if (!runs.TryGetValue(id, out var values))
                runs[id] = values = [];
            values[key] = value;
        }
        push.State = next;
        if (runs.Count > 0)
            push.Data("latest", new { experiment = push.Topic.Key, runs });
    }
}
