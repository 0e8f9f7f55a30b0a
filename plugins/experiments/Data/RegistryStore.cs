using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Registered models, their tags and aliases. Verbs answer null when done, else why not.</summary>
public sealed class RegistryStore(Database database, TimeProvider time)
{
    /// <summary>The model of this name; null when there is none that this actor may see.</summary>
    public Task<RegisteredModel?> Find(string name, Actor actor, CancellationToken cancel) => Find("m.name = @name", new { name }, actor, cancel);

    /// <summary>The model of this id; null when there is none that this actor may see.</summary>
    public Task<RegisteredModel?> Find(long modelId, Actor actor, CancellationToken cancel) => Find("m.model_id = @modelId", new { modelId }, actor, cancel);

    /// <summary>These models, in the order asked for. The caller has checked that they may be seen.</summary>
    public async Task<IReadOnlyList<RegisteredModel>> Read(long[] modelIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RegisteredModel>(new($"""
            select {RegisteredModel.Columns} from unnest(@modelIds) with ordinality as n (model_id, place) join experiments.registered_model m using (model_id) order by n.place
            """, new { modelIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>One page of the models that this actor may see, those with the latest news first; prompts, which clients keep here too, are left out.</summary>
    /// <param name="text">A part of the name; empty for all.</param>
    /// <param name="after">The last one of the page before: its time and id.</param>
    /// <param name="most">How many.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<RegisteredModel>> Page(string text, (long UpdatedMs, long ModelId)? after, int most, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RegisteredModel>(new($"""
            select {RegisteredModel.Columns} from experiments.registered_model m
            where {Visible.To("m")} and (@text = '' or strpos(lower(m.name), lower(@text)) > 0) and (@updated::bigint is null or (m.updated_ms, m.model_id) < (@updated, @id))
              and not exists (select from experiments.registered_model_tag p where p.model_id = m.model_id and p.key = 'mlflow.prompt.is_prompt' and p.value = 'true')
            order by m.updated_ms desc, m.model_id desc limit @most
            """, new { text, updated = after?.UpdatedMs, id = after?.ModelId ?? 0, most, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Name and experiment of those of these runs that this actor may see.</summary>
    public async Task<IReadOnlyDictionary<string, (Guid RunId, string Name, string Experiment, long ExperimentId)>> Runs(IEnumerable<string> runIds, Actor actor, CancellationToken cancel)
    {
        Guid[] ids = [.. runIds.Select(r => RunId.TryRead(r, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).Distinct()];
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(Guid RunId, string Name, string Experiment, long ExperimentId)>(new($"""
            select r.run_id, r.name, e.name, e.experiment_id from experiments.run r join experiments.experiment e using (experiment_id) where r.run_id = any(@ids) and {Visible.To("e")}
            """, new { ids, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).ToDictionary(r => r.RunId.ToString("N"));
    }

    /// <summary>Tags, aliases and the newest version of each stage of these models.</summary>
    public async Task<RegisteredModelParts> Parts(long[] modelIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select model_id, key, value from experiments.registered_model_tag where model_id = any(@modelIds) order by key;
            select model_id, alias, version from experiments.model_alias where model_id = any(@modelIds) order by alias;
            select distinct on (v.model_id, v.stage) {ModelVersion.Columns}
            from experiments.model_version v join experiments.registered_model m using (model_id) where v.model_id = any(@modelIds)
            order by v.model_id, v.stage, v.version desc
            """, new { modelIds }, cancellationToken: cancel));
        var tags = await read.ReadAsync<(long ModelId, string Key, string Value)>();
        var aliases = await read.ReadAsync<(long ModelId, string Alias, int Version)>();
        var latest = await read.ReadAsync<ModelVersion>();
        return new(tags.ToLookup(t => t.ModelId, t => new Entry(t.Key, t.Value)), aliases.ToLookup(a => a.ModelId, a => (a.Alias, a.Version)), latest.ToLookup(v => v.ModelId));
    }

    /// <summary>Makes a model in the actor's home team.</summary>
    public async Task<ProtocolError?> Create(string name, string? description, IReadOnlyCollection<Entry> tags, Actor actor, CancellationToken cancel)
    {
        if (!actor.MayWrite(actor.HomeTeam))
            return new(ErrorCode.PermissionDenied, "You may read models, but not register any.");
        await using var write = await database.Write(actor, cancel);
        var id = await write.Connection.QuerySingleOrDefaultAsync<long?>(new("""
            insert into experiments.registered_model (name, team_id, owner_id, description, created_ms, updated_ms)
            values (@name, @HomeTeam, @PersonId, @description, @now, @now) on conflict (name) do nothing returning model_id
            """, new { name, actor.HomeTeam, actor.PersonId, description, now = Now }, cancellationToken: cancel));
        if (id is null)
            return NameTaken(name);
        await PutTags(write.Connection, id.Value, tags, cancel);
        write.Audit("experiments.model.create", $"model:{id}", name);
        write.Tell("experiments", Topics.Team(actor.HomeTeam), new RegisteredModelChanged(id.Value));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Gives it another name; its versions and aliases go with it.</summary>
    public Task<ProtocolError?> Rename(string name, string newName, Actor actor, CancellationToken cancel) => Change(name, actor, "rename", async (write, model) =>
    {
        try
        {
            await write.Connection.ExecuteAsync(new("update experiments.registered_model set name = @newName where model_id = @ModelId", new { newName, model.ModelId }, cancellationToken: cancel));
            return null;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return NameTaken(newName);
        }
    }, cancel, model => new { model.Name }, new { Name = newName });

    /// <summary>Writes its description; null takes it away.</summary>
    public Task<ProtocolError?> Describe(string name, string? description, Actor actor, CancellationToken cancel) => Change(name, actor, "describe", (write, model) =>
        Done(write, "update experiments.registered_model set description = @description where model_id = @ModelId", new { description, model.ModelId }, cancel), cancel,
        model => new { model.Description }, new { Description = description });

    /// <summary>Says what it was trained from and with which adapter, the latter a JSON object; null takes either away.</summary>
    public Task<ProtocolError?> SetOrigin(string name, string? baseModel, string? adapter, Actor actor, CancellationToken cancel) => Change(name, actor, "origin", (write, model) =>
        Done(write, "update experiments.registered_model set base_model = @baseModel, adapter = @adapter::jsonb where model_id = @ModelId", new { baseModel, adapter, model.ModelId }, cancel), cancel,
        model => new { model.BaseModel, model.Adapter }, new { BaseModel = baseModel, Adapter = adapter });

    /// <summary>Sets a tag.</summary>
    public Task<ProtocolError?> SetTag(string name, Entry tag, Actor actor, CancellationToken cancel) => Change(name, actor, null, async (write, model) =>
    {
        await PutTags(write.Connection, model.ModelId, [tag], cancel);
        return null;
    }, cancel);

    /// <summary>Removes a tag; one that is not there is no mistake.</summary>
    public Task<ProtocolError?> RemoveTag(string name, string key, Actor actor, CancellationToken cancel) => Change(name, actor, null, (write, model) =>
        Done(write, "delete from experiments.registered_model_tag where model_id = @ModelId and key = @key", new { key, model.ModelId }, cancel), cancel);

    /// <summary>Lets an alias stand for a version, wherever it stood before.</summary>
    public Task<ProtocolError?> SetAlias(string name, string alias, int version, Actor actor, CancellationToken cancel) => Change(name, actor, "alias", async (write, model) =>
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.model_alias (model_id, alias, version)
            select model_id, @alias, version from experiments.model_version where model_id = @ModelId and version = @version
            on conflict (model_id, alias) do update set version = excluded.version
            """, new { alias, version, model.ModelId }, cancellationToken: cancel)) == 1 ? null : ModelVersionStore.NoVersion(name, version), cancel, after: new { Alias = alias, Version = version });

    /// <summary>Takes an alias away; one that is not there is no mistake.</summary>
    public Task<ProtocolError?> RemoveAlias(string name, string alias, Actor actor, CancellationToken cancel) => Change(name, actor, "unalias", (write, model) =>
        Done(write, "delete from experiments.model_alias where model_id = @ModelId and alias = @alias", new { alias, model.ModelId }, cancel), cancel, after: new { Alias = alias });

    /// <summary>Deletes the model with all its versions; their files stay where they are.</summary>
    public async Task<ProtocolError?> Delete(string name, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        if (await Locked(write, name, cancel) is not { } model || !actor.MayRead(model.TeamId))
            return NoModel(name);
        if (!actor.MayDelete(model.TeamId, model.OwnerId))
            return new(ErrorCode.PermissionDenied, "Only the owner of a registered model or an admin may delete it.");
        await write.Connection.ExecuteAsync(new("delete from experiments.registered_model where model_id = @ModelId", new { model.ModelId }, cancellationToken: cancel));
        write.Audit("experiments.model.delete", $"model:{model.ModelId}", model.Name);
        write.Tell("experiments", Topics.Team(model.TeamId), new RegisteredModelChanged(model.ModelId));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>404 for a registered model.</summary>
    public static ProtocolError NoModel(string name) => new(ErrorCode.ResourceDoesNotExist, $"Registered Model with name={Wording.Cut(name, 300)} not found");

    private static ProtocolError NameTaken(string name) => new(ErrorCode.ResourceAlreadyExists, $"Registered Model (name={name}) already exists. Names are unique over all teams.");

    private async Task<RegisteredModel?> Find(string which, object values, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var model = await connection.QuerySingleOrDefaultAsync<RegisteredModel>(new($"select {RegisteredModel.Columns} from experiments.registered_model m where {which}", values, cancellationToken: cancel));
        return model is not null && actor.MayRead(model.TeamId) ? model : null;
    }

    internal static Task<RegisteredModel?> Locked(WriteScope write, string name, CancellationToken cancel) => write.Connection.QuerySingleOrDefaultAsync<RegisteredModel>(new(
        $"select {RegisteredModel.Columns} from experiments.registered_model m where name = @name for no key update", new { name }, cancellationToken: cancel));

    /// <summary>The model of this name, locked, when this actor may change it.</summary>
    internal static async Task<(RegisteredModel? Model, ProtocolError? Refusal)> ForWriting(WriteScope write, string name, Actor actor, CancellationToken cancel)
    {
        if (await Locked(write, name, cancel) is not { } model || !actor.MayRead(model.TeamId))
            return (null, NoModel(name));
        return actor.MayWrite(model.TeamId) ? (model, null) : (null, new(ErrorCode.PermissionDenied, $"You may read the model {name}, but not change it."));
    }

    private async Task<ProtocolError?> Change(string name, Actor actor, string? verb, Func<WriteScope, RegisteredModel, Task<ProtocolError?>> change, CancellationToken cancel,
        Func<RegisteredModel, object>? before = null, object? after = null)
    {
        await using var write = await database.Write(actor, cancel);
        var (model, refusal) = await ForWriting(write, name, actor, cancel);
        if (refusal is not null || (refusal = await change(write, model!)) is not null)
            return refusal;
        await Touch(write, model!, time, cancel);
        if (verb is not null)
            write.Audit($"experiments.model.{verb}", $"model:{model!.ModelId}", model.Name, before?.Invoke(model), after);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Notes that something about the model is new, and tells.</summary>
    internal static async Task Touch(WriteScope write, RegisteredModel model, TimeProvider time, CancellationToken cancel)
    {
        await write.Connection.ExecuteAsync(new("update experiments.registered_model set updated_ms = @now where model_id = @ModelId",
            new { now = time.GetUtcNow().ToUnixTimeMilliseconds(), model.ModelId }, cancellationToken: cancel));
        write.Tell("experiments", Topics.Team(model.TeamId), new RegisteredModelChanged(model.ModelId));
    }

    private static async Task<ProtocolError?> Done(WriteScope write, string sql, object values, CancellationToken cancel)
    {
        await write.Connection.ExecuteAsync(new(sql, values, cancellationToken: cancel));
        return null;
    }

    private static Task PutTags(NpgsqlConnection connection, long modelId, IReadOnlyCollection<Entry> tags, CancellationToken cancel) =>
        tags.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(new("""
            insert into experiments.registered_model_tag (model_id, key, value) select @modelId, key, value from unnest(@keys, @values) as n (key, value)
            on conflict (model_id, key) do update set value = excluded.value
            """, new { modelId, keys = tags.Select(t => t.Key).ToArray(), values = tags.Select(t => t.Value).ToArray() }, cancellationToken: cancel));

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
