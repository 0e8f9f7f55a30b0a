using Crucible.Data;
using Crucible.Experiments.Domain.Plots;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Columns of many runs, for plots. Callers have checked that the runs may be seen.</summary>
public sealed class PlotStore(Database database)
{
    /// <summary>These columns of these runs.</summary>
    public async Task<PlotTable> Read(IReadOnlyList<(Guid RunId, string Name)> runs, IReadOnlyList<PlotColumn> columns, CancellationToken cancel)
    {
        var ids = runs.Select(r => r.RunId).ToArray();
        var metrics = columns.Where(c => c.IsMetric).ToLookup(c => c.Key);
        var parameters = columns.Where(c => !c.IsMetric).ToDictionary(c => c.Key);
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new("""
            select run_id, key, last_value, min_value, max_value from experiments.series where run_id = any(@ids) and key = any(@metrics) and points > 0;
            select run_id, key, value from experiments.param where run_id = any(@ids) and key = any(@parameters)
            """, new { ids, metrics = metrics.Select(m => m.Key).ToArray(), parameters = parameters.Keys.ToArray() }, cancellationToken: cancel));
        var numbers = new Dictionary<(Guid, PlotColumn), double>();
        foreach (var (run, key, last, min, max) in await read.ReadAsync<(Guid, string, double, double?, double?)>())
            foreach (var column in metrics[key])
                if ((column.Value switch { PlotValue.Min => min, PlotValue.Max => max, _ => last }) is { } value)
                    numbers[(run, column)] = value;
        var texts = (await read.ReadAsync<(Guid Run, string Key, string Value)>()).ToDictionary(p => (p.Run, parameters[p.Key]), p => p.Value);
        return new(runs, columns, texts, numbers);
    }

    /// <summary>Parameters that differ among these runs, those that most runs have first.</summary>
    public async Task<IReadOnlyList<PlotColumn>> Differing(Guid[] runIds, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<string>(new("""
            select key from experiments.param where run_id = any(@runIds) group by key having min(value) <> max(value) order by count(*) desc, key limit @most
            """, new { runIds, most }, cancellationToken: cancel))).Select(key => new PlotColumn(false, key))];
    }

    /// <summary>Metrics that most of these runs have, the machine's own left out.</summary>
    public async Task<IReadOnlyList<PlotColumn>> Common(Guid[] runIds, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<string>(new("""
            select key from experiments.series where run_id = any(@runIds) and points > 0 and key not like 'system/%' group by key order by count(*) desc, key limit @most
            """, new { runIds, most }, cancellationToken: cancel))).Select(key => new PlotColumn(true, key))];
    }
}
