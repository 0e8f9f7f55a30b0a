using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A row of <c>experiments.logged_model</c>, with the team of its experiment.</summary>
public sealed record LoggedModel(string ModelId, long ExperimentId, Guid? RunId, string Name, string? ModelType, string ArtifactUri,
    string Status, string? StatusMessage, long CreatedMs, long UpdatedMs, Guid? OwnerId, string Lifecycle, Guid TeamId)
{
    internal const string Columns = """
        m.model_id, m.experiment_id, m.run_id, m.name, m.model_type, m.artifact_uri, m.status, m.status_message,
        m.created_ms, m.updated_ms, m.owner_id, m.lifecycle, e.team_id
        """;
}

/// <summary>The latest value of a metric that was logged with the id of a model.</summary>
public sealed record ModelMetric(string ModelId, Guid RunId, string Key, long Step, long At, double Value, string DatasetName, string DatasetDigest);

/// <summary>What a new model is given.</summary>
public sealed record NewModel(string ModelId, long ExperimentId, Guid? RunId, string Name, string? ModelType,
    IReadOnlyList<Entry> Params, IReadOnlyList<Entry> Tags);

/// <summary>Logged models, as 3.x clients make them. Verbs answer null when done, else why not.</summary>
public sealed class ModelStore(Database database, TimeProvider time)
{
    /// <summary>The model; null when there is none that this actor may see.</summary>
    public async Task<LoggedModel?> Find(string modelId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var model = await connection.QuerySingleOrDefaultAsync<LoggedModel>(new($"""
            select {LoggedModel.Columns} from experiments.logged_model m join experiments.experiment e using (experiment_id)
            where m.model_id = @modelId and m.lifecycle = 'active'
            """, new { modelId }, cancellationToken: cancel));
        return model is not null && actor.MayRead(model.TeamId) ? model : null;
    }

    /// <summary>These models, in the order asked for. The caller has checked that they may be seen.</summary>
    public async Task<IReadOnlyList<LoggedModel>> Read(string[] modelIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<LoggedModel>(new($"""
            select {LoggedModel.Columns}
            from unnest(@modelIds) with ordinality as n (model_id, place)
            join experiments.logged_model m using (model_id) join experiments.experiment e using (experiment_id)
            order by n.place
            """, new { modelIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Parameters, tags and metrics of these models.</summary>
    public async Task<(ILookup<string, Entry> Params, ILookup<string, Entry> Tags, ILookup<string, ModelMetric> Metrics)> Details(
        string[] modelIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new("""
            select model_id, key, value from experiments.logged_model_param where model_id = any(@modelIds) order by key;
            select model_id, key, value from experiments.logged_model_tag where model_id = any(@modelIds) order by key;
            select distinct on (model_id, run_id, key, dataset_name, dataset_digest)
                model_id, run_id, key, step, at, value, dataset_name, dataset_digest
            from experiments.logged_model_metric where model_id = any(@modelIds)
            order by model_id, run_id, key, dataset_name, dataset_digest, step desc, at desc, value desc
            """, new { modelIds }, cancellationToken: cancel));
        var parameters = await read.ReadAsync<(string Id, string Key, string Value)>();
        var tags = await read.ReadAsync<(string Id, string Key, string Value)>();
        var metrics = await read.ReadAsync<ModelMetric>();
        return (parameters.ToLookup(p => p.Id, p => new Entry(p.Key, p.Value)), tags.ToLookup(t => t.Id, t => new Entry(t.Key, t.Value)),
            metrics.ToLookup(m => m.ModelId));
    }

    /// <summary>Makes a model, pending until it is finalised.</summary>
    public async Task<ProtocolError?> Create(NewModel model, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var experiment = await write.Connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @ExperimentId", new { model.ExperimentId }, cancellationToken: cancel));
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return ProtocolError.NoExperiment($"{model.ExperimentId}");
        if (!actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, $"You may read the experiment {model.ExperimentId}, but not add models to it.");
        if (model.RunId is { } runId && await Gate.Find(write, runId, cancel) is var run && (run is null || run.TeamId != experiment.TeamId))
            return ProtocolError.NoRun(runId.ToString("N"));
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.logged_model (model_id, experiment_id, run_id, name, model_type, artifact_uri, status, created_ms, updated_ms, owner_id)
            values (@ModelId, @ExperimentId, @RunId, @Name, @ModelType, @artifactUri, 'LOGGED_MODEL_PENDING', @now, @now, @PersonId)
            """, new
        {
            model.ModelId,
            model.ExperimentId,
            model.RunId,
            model.Name,
            model.ModelType,
            artifactUri = $"{experiment.ArtifactLocation.TrimEnd('/')}/models/{model.ModelId}/artifacts",
            now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            actor.PersonId,
        }, cancellationToken: cancel));
        await Put(write, "logged_model_param", model.ModelId, model.Params, cancel);
        await Put(write, "logged_model_tag", model.ModelId, model.Tags, cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets the status.</summary>
    public Task<ProtocolError?> Finalise(string modelId, string status, Actor actor, CancellationToken cancel) =>
        Change(modelId, actor, write => write.Connection.ExecuteAsync(new(
            "update experiments.logged_model set status = @status, updated_ms = @now where model_id = @modelId",
            new { modelId, status, now = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken: cancel)), cancel);

    /// <summary>Sets tags.</summary>
    public Task<ProtocolError?> SetTags(string modelId, IReadOnlyList<Entry> tags, Actor actor, CancellationToken cancel) =>
        Change(modelId, actor, write => Put(write, "logged_model_tag", modelId, tags, cancel), cancel);

    /// <summary>Adds parameters; repeated ones take the new value.</summary>
    public Task<ProtocolError?> AddParams(string modelId, IReadOnlyList<Entry> parameters, Actor actor, CancellationToken cancel) =>
        Change(modelId, actor, write => Put(write, "logged_model_param", modelId, parameters, cancel), cancel);

    /// <summary>Removes a tag.</summary>
    public async Task<ProtocolError?> RemoveTag(string modelId, string key, Actor actor, CancellationToken cancel)
    {
        var removed = 0;
        var refusal = await Change(modelId, actor, async write => removed = await write.Connection.ExecuteAsync(new(
            "delete from experiments.logged_model_tag where model_id = @modelId and key = @key", new { modelId, key }, cancellationToken: cancel)), cancel);
        return refusal ?? (removed > 0 ? null : new(ErrorCode.ResourceDoesNotExist, $"No tag with name: {key} in logged model with id {modelId}"));
    }

    /// <summary>Deletes the model.</summary>
    public async Task<ProtocolError?> Delete(string modelId, Actor actor, CancellationToken cancel)
    {
        var model = await Find(modelId, actor, cancel);
        if (model is null)
            return NoModel(modelId);
        if (!actor.MayDelete(model.TeamId, model.OwnerId))
            return new(ErrorCode.PermissionDenied, "Only the owner of a model or an admin may delete it.");
        return await Change(modelId, actor, write => write.Connection.ExecuteAsync(new(
            "update experiments.logged_model set lifecycle = 'deleted' where model_id = @modelId", new { modelId }, cancellationToken: cancel)), cancel);
    }

    /// <summary>Notes metrics beside the models they are of; unknown models are passed over.</summary>
    public async Task AddMetrics(Guid runId, List<MetricPoint> points, List<MeasuredOn> models, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            insert into experiments.logged_model_metric (model_id, run_id, key, step, at, value, dataset_name, dataset_digest)
            select m.model_id, r.run_id, n.key, n.step, n.at, n.value, n.dataset_name, n.dataset_digest
            from unnest(@ids, @keys, @steps, @ats, @values, @names, @digests) as n (model_id, key, step, at, value, dataset_name, dataset_digest)
            join experiments.logged_model m using (model_id)
            join experiments.run r on r.run_id = @runId and r.experiment_id = m.experiment_id
            on conflict do nothing
            """, new
        {
            runId,
            ids = models.Select(m => m.ModelId ?? "").ToArray(),
            keys = models.Select(m => points[m.Index].Key).ToArray(),
            steps = models.Select(m => points[m.Index].Step).ToArray(),
            ats = models.Select(m => points[m.Index].Timestamp).ToArray(),
            values = models.Select(m => points[m.Index].Value).ToArray(),
            names = models.Select(m => Wording.Cut(m.DatasetName ?? "", DatasetLimits.Name)).ToArray(),
            digests = models.Select(m => Wording.Cut(m.DatasetDigest ?? "", DatasetLimits.Digest)).ToArray(),
        }, cancellationToken: cancel));
    }

    internal static ProtocolError NoModel(string modelId) =>
        new(ErrorCode.ResourceDoesNotExist, $"Logged model with ID '{Wording.Cut(modelId, 100)}' not found.");

    private async Task<ProtocolError?> Change(string modelId, Actor actor, Func<WriteScope, Task> change, CancellationToken cancel)
    {
        var model = await Find(modelId, actor, cancel);
        if (model is null)
            return NoModel(modelId);
        if (!actor.MayWrite(model.TeamId))
            return new(ErrorCode.PermissionDenied, $"You may read the model {modelId}, but not change it.");
        await using var write = await database.Write(actor, cancel);
        await change(write);
        await write.Commit(cancel);
        return null;
    }

    private static async Task Put(WriteScope write, string table, string modelId, IReadOnlyList<Entry> pairs, CancellationToken cancel)
    {
        if (pairs.Count > 0)
            await write.Connection.ExecuteAsync(new($"""
                insert into experiments.{table} (model_id, key, value) select @modelId, key, value from unnest(@keys, @values) as n (key, value)
                on conflict (model_id, key) do update set value = excluded.value
                """, new { modelId, keys = pairs.Select(p => p.Key).ToArray(), values = pairs.Select(p => p.Value).ToArray() }, cancellationToken: cancel));
    }
}
