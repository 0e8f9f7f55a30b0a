using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Parameters and tags of runs, and batches of them with metrics. Verbs answer null when done, else why not.</summary>
public sealed class RunLogStore(Database database, ILiveSignals signals)
{
    /// <summary>
    /// Logs all of it or nothing. Repeating it changes nothing; a parameter cannot change. For metrics alone
    /// <see cref="MetricWriter"/> is faster.
    /// </summary>
    public async Task<ProtocolError?> Log(Guid runId, List<MetricPoint> metrics, IReadOnlyList<Entry> parameters,
        IReadOnlyList<Entry> tags, Actor actor, CancellationToken cancel)
    {
        // The tag is the name.
        if (tags.FirstOrDefault(t => t.Key == Run.NameTag).Value is { } name && Limits.CheckRunName(name) is { } tooLong)
            return tooLong;
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        // Series, then the run, then what hangs on it: whoever writes several of them locks them in this order.
        if (metrics.Count > 0)
            await PutMetrics(write.Connection, runId, run!.ExperimentId, metrics, cancel);
        await Gate.Hear(write, runId, cancel);
        if (parameters.Count > 0 && await PutParams(write, runId, run!.ExperimentId, parameters, cancel) is { } conflict)
            return conflict;
        if (tags.Count > 0)
            await PutTags(write, runId, run!.ExperimentId, tags, cancel);
        await write.Commit(cancel);
        if (metrics.Count > 0)
        {
            signals.Signal(Topics.Run(runId));
            signals.Signal(Topics.Experiment(run!.ExperimentId));
            signals.Signal(Topics.Curves(run.ExperimentId));
        }
        return null;
    }

    /// <summary>Removes a tag.</summary>
    public async Task<ProtocolError?> RemoveTag(Guid runId, string key, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        await Gate.Hear(write, runId, cancel);
        if (key == "mlflow.parentRunId")
            await write.Connection.ExecuteAsync(new("update experiments.run set parent_run_id = null where run_id = @runId",
                new { runId }, cancellationToken: cancel));
        var removed = await write.Connection.ExecuteAsync(new(
            "delete from experiments.tag where run_id = @runId and key = @key", new { runId, key }, cancellationToken: cancel));
        if (removed == 0)
            return new(ErrorCode.ResourceDoesNotExist, $"No tag with name: {key} in run with id {runId:N}");
        write.TellRun(runId, run!.ExperimentId, new RunTagged(runId, run.ExperimentId, [key]));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets a tag to what is made of its value (null when it is not set), while nobody else can change it.</summary>
    public async Task<ProtocolError?> ChangeTag(Guid runId, string key, Func<string?, (string Value, ProtocolError? Refusal)> change,
        Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        // This locks the run, and so its tags.
        await Gate.Hear(write, runId, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new(
            "select value from experiments.tag where run_id = @runId and key = @key", new { runId, key }, cancellationToken: cancel));
        var (value, wrong) = change(before);
        if (wrong is not null)
            return wrong;
        await PutTags(write, runId, run!.ExperimentId, [new(key, value)], cancel);
        await write.Commit(cancel);
        return null;
    }

    private static async Task<ProtocolError?> PutParams(WriteScope write, Guid runId, long experimentId, IReadOnlyList<Entry> parameters, CancellationToken cancel)
    {
        var keys = parameters.Select(p => p.Key).ToArray();
        var added = (await write.Connection.QueryAsync<string>(new("""
            insert into experiments.param (run_id, experiment_id, key, value)
            select @runId, @experimentId, key, value from unnest(@keys, @values) as n (key, value) order by key
            on conflict (run_id, key) do nothing
            returning key
            """, new { runId, experimentId, keys, values = parameters.Select(p => p.Value).ToArray() }, cancellationToken: cancel))).AsList();
        if (added.Count > 0)
            write.TellRun(runId, experimentId, new RunParamsLogged(runId, experimentId, [.. added]));
        if (added.Count == keys.Length)
            return null;
        var held = await write.Connection.QueryAsync<(string Key, string Value)>(new(
            "select key, value from experiments.param where run_id = @runId and key = any(@keys)", new { runId, keys }, cancellationToken: cancel));
        var values = held.ToDictionary(h => h.Key, h => h.Value);
        foreach (var parameter in parameters)
            if (values[parameter.Key] != parameter.Value)
                return ProtocolError.Invalid(
                    $"Changing param values is not allowed. Param with key='{parameter.Key}' was already logged with value='{Wording.Cut(values[parameter.Key], 250)}' for run ID='{runId:N}'. Attempted logging new value '{Wording.Cut(parameter.Value, 250)}'.");
        return null;
    }

    internal static async Task PutTags(WriteScope write, Guid runId, long experimentId, IReadOnlyList<Entry> tags, CancellationToken cancel)
    {
        var changed = (await write.Connection.QueryAsync<string>(new("""
            insert into experiments.tag as t (run_id, experiment_id, key, value)
            select @runId, @experimentId, key, value from unnest(@keys, @values) as n (key, value) order by key
            on conflict (run_id, key) do update set value = excluded.value where t.value <> excluded.value
            returning key
            """, new { runId, experimentId, keys = tags.Select(t => t.Key).ToArray(), values = tags.Select(t => t.Value).ToArray() },
            cancellationToken: cancel))).AsList();
        if (changed.Count == 0)
            return;
        write.TellRun(runId, experimentId, new RunTagged(runId, experimentId, [.. changed]));
        var name = tags.FirstOrDefault(t => t.Key == "mlflow.runName").Value;
        if (name is not null && changed.Contains("mlflow.runName"))
            write.TellRun(runId, experimentId, new RunRenamed(runId, experimentId, name));
        await write.Connection.ExecuteAsync(new("""
            update experiments.run set name = coalesce(@name, name), parent_run_id = coalesce(@parent, parent_run_id)
            where run_id = @runId and (@name is not null or @parent is not null)
            """, new { runId, name, parent = RunStore.Parent(tags) }, cancellationToken: cancel));
    }

    private static async Task PutMetrics(NpgsqlConnection connection, Guid runId, long experimentId, List<MetricPoint> metrics, CancellationToken cancel)
    {
        var keys = new HashSet<string>();
        foreach (var point in metrics)
            keys.Add(point.Key);
        var series = await MetricStore.Series(connection, [.. keys.Select(_ => runId)], [.. keys.Select(_ => experimentId)], [.. keys], cancel);
        var points = new PointColumns(metrics.Count);
        foreach (var point in metrics)
            points.Add(series[(runId, point.Key)], point.Step, point.Timestamp, point.Value);
        await MetricStore.Append(connection, points, points.Totals(), [], cancel);
    }
}
