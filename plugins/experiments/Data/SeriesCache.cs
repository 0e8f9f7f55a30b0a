using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Series ids that one writer has met. Forgets all when full, which costs one query.</summary>
internal sealed class SeriesCache
{
    private const int Most = 200_000;

    private readonly Dictionary<(Guid RunId, string Key), long> _known = [];

    public long this[Guid runId, string key] => _known[(runId, key)];

    public void Clear() => _known.Clear();

    /// <summary>Learns the series of these calls, making those that do not exist.</summary>
    public async Task Find(NpgsqlConnection connection, List<MetricCall> calls, Dictionary<Guid, RunGate> gates)
    {
        if (_known.Count > Most)
            _known.Clear();
        var missing = Missing(calls);
        if (missing.Count == 0)
            return;
        var found = await MetricStore.Series(connection, [.. missing.Select(m => m.RunId)],
            [.. missing.Select(m => gates[m.RunId].ExperimentId)], [.. missing.Select(m => m.Key)], default);
        foreach (var (name, id) in found)
            _known[name] = id;
    }

    private HashSet<(Guid RunId, string Key)> Missing(List<MetricCall> calls)
    {
        var missing = new HashSet<(Guid, string)>();
        foreach (var call in calls)
            foreach (var point in call.Points)
                if (!_known.ContainsKey((call.RunId, point.Key)))
                    missing.Add((call.RunId, point.Key));
        return missing;
    }
}
