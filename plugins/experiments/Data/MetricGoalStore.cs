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
        return new(rows.ToDictionary(r => r.Key, r => r.Goal == "min" ? MetricGoal.Min : MetricGoal.Max, StringComparer.Ordinal));
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
}
