using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Which values of a metric are better, where people said so. Readers have checked that the experiment may be seen.</summary>
public sealed class MetricGoalStore(Database database, ExperimentStore experiments)
{
    /// <summary>The goals of an experiment's metrics.</summary>
    public async Task<MetricGoals> Of(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var rows = await connection.QueryAsync<(string Key, string Goal)>(new(
            "select key, goal from experiments.metric_goal where experiment_id = @experimentId", new { experimentId }, cancellationToken: cancel));
        return new(rows.ToDictionary(r => r.Key, r => Read(r.Goal), StringComparer.Ordinal));
    }

    /// <summary>The goals of the metrics of several experiments; every one of them has an answer.</summary>
    public async Task<IReadOnlyDictionary<long, MetricGoals>> Of(long[] experimentIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var rows = (await connection.QueryAsync<(long Of, string Key, string Goal)>(new(
            "select experiment_id, key, goal from experiments.metric_goal where experiment_id = any(@experimentIds)", new { experimentIds }, cancellationToken: cancel))).ToLookup(r => r.Of);
        return experimentIds.Distinct().ToDictionary(id => id, id => new MetricGoals(rows[id].ToDictionary(r => r.Key, r => Read(r.Goal), StringComparer.Ordinal)));
    }

    /// <summary>Says which values of a metric are better, for everybody who looks at the experiment.</summary>
    public async Task<ProtocolError?> Set(long experimentId, string key, MetricGoal goal, Actor actor, CancellationToken cancel)
    {
        if (await experiments.Find(experimentId, actor, cancel) is not { } experiment)
            return ProtocolError.NoExperiment(experimentId.ToString());
        if (!actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, $"You may read the experiment {experimentId}, but not change it.");
        if (Limits.CheckKey(key) is { } wrong)
            return wrong;
        await using var write = await database.Write(actor, cancel);
        var word = goal == MetricGoal.Min ? "min" : "max";
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.metric_goal (experiment_id, key, goal) values (@experimentId, @key, @word)
            on conflict (experiment_id, key) do update set goal = excluded.goal
            """, new { experimentId, key, word }, cancellationToken: cancel));
        write.Tell("experiments", Topics.Experiment(experimentId), new MetricGoalSet(experimentId, key));
        await write.Record(actor, "metric.goal", experimentId, null, key, after: new { Goal = word }, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    private static MetricGoal Read(string word) => word == "min" ? MetricGoal.Min : MetricGoal.Max;
}
