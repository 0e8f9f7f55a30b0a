using Crucible.Data;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Last values of an experiment's runs, for its Results. Callers have checked that it may be seen.</summary>
public sealed class ResultStore(Database database)
{
    /// <summary>The newest runs that are looked at.</summary>
    public const int MostRuns = 5000;

    private const int JudgedRuns = 200;
    private const string Newest = "select run_id, name, status, start_time from experiments.run where experiment_id = @experimentId and lifecycle = 'active' order by start_time desc, run_id";

    /// <summary>Metrics and parameters of the newest runs; parameters only where their values differ.</summary>
    public async Task<(IReadOnlyList<string> Metrics, IReadOnlyList<string> Params)> Keys(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select distinct s.key from ({Newest} limit {JudgedRuns}) r join experiments.series s using (run_id) where s.points > 0 and s.key not like 'system/%' limit 1000;
            select p.key from ({Newest} limit {JudgedRuns}) r join experiments.param p using (run_id) group by p.key having count(distinct p.value) > 1 or count(*) < (select count(*) from ({Newest} limit {JudgedRuns}) n) order by p.key limit 400
            """, new { experimentId }, cancellationToken: cancel));
        return ((await read.ReadAsync<string>()).AsList(), (await read.ReadAsync<string>()).AsList());
    }

    /// <summary>The newest runs with their last values of these metrics and their value of a parameter.</summary>
    public async Task<(IReadOnlyList<(Guid RunId, string Name, string Status, string? Group)> Runs, ILookup<Guid, (string Key, double Value)> Values)> Read(long experimentId, string[] metrics, string? group, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select r.run_id, r.name, r.status, p.value from ({Newest} limit {MostRuns}) r left join experiments.param p on p.run_id = r.run_id and p.key = @group;
            select r.run_id, s.key, s.last_value from ({Newest} limit {MostRuns}) r join experiments.series s using (run_id) where s.key = any(@metrics) and s.points > 0
            """, new { experimentId, metrics, group }, cancellationToken: cancel));
        var runs = (await read.ReadAsync<(Guid, string, string, string?)>()).AsList();
        return (runs, (await read.ReadAsync<(Guid RunId, string Key, double Value)>()).ToLookup(v => v.RunId, v => (v.Key, v.Value)));
    }
}
