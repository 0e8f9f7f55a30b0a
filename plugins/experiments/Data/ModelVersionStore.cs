using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Registry;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Versions of registered models. Verbs answer null when done, else why not.</summary>
public sealed class ModelVersionStore(Database database, TimeProvider time)
{
    /// <summary>A version; null when there is none that this actor may see.</summary>
    public Task<ModelVersion?> Find(string name, int version, Actor actor, CancellationToken cancel) => One("v.version = @version", new { name, version }, actor, cancel);

    /// <summary>The version that an alias stands for; <c>latest</c> is the newest of all.</summary>
    public Task<ModelVersion?> ByAlias(string name, string alias, Actor actor, CancellationToken cancel) => alias.Equals("latest", StringComparison.OrdinalIgnoreCase)
        ? One("v.version = (select max(version) from experiments.model_version where model_id = m.model_id)", new { name }, actor, cancel)
        : One("v.version = (select version from experiments.model_alias where model_id = m.model_id and alias = @alias)", new { name, alias }, actor, cancel);

    /// <summary>One page of the versions of a model, the newest first. The caller has checked that it may be seen.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="before">Only those below this number; null for the newest.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<IReadOnlyList<ModelVersion>> Page(long modelId, int? before, int most, CancellationToken cancel) =>
        Many("v.model_id = @modelId and (@before::int is null or v.version < @before) order by v.version desc limit @most", new { modelId, before, most }, cancel);

    /// <summary>The versions that a run made, of models that this actor may see.</summary>
    public Task<IReadOnlyList<ModelVersion>> OfRun(Guid runId, Actor actor, CancellationToken cancel) =>
        Many($"v.run_id = @run and {Visible.To("m")} order by m.name, v.version limit 100", new { run = runId.ToString("N"), actor.SeesAll, actor.ReadTeams }, cancel);

    /// <summary>These versions, in the order asked for. The caller has checked that they may be seen.</summary>
    public async Task<IReadOnlyList<ModelVersion>> Read(IReadOnlyCollection<(long ModelId, int Version)> ids, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ModelVersion>(new($"""
            select {ModelVersion.Columns} from unnest(@models, @versions) with ordinality as n (model_id, version, place)
            join experiments.model_version v using (model_id, version) join experiments.registered_model m using (model_id) order by n.place
            """, new { models = ids.Select(i => i.ModelId).ToArray(), versions = ids.Select(i => i.Version).ToArray() }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Tags and aliases of these versions.</summary>
    public async Task<ModelVersionParts> Parts(IReadOnlyCollection<ModelVersion> versions, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new("""
            select t.model_id, t.version, t.key, t.value from unnest(@models, @numbers) as n (model_id, version) join experiments.model_version_tag t using (model_id, version) order by t.key;
            select a.model_id, a.version, a.alias from unnest(@models, @numbers) as n (model_id, version) join experiments.model_alias a using (model_id, version) order by a.alias
            """, new { models = versions.Select(v => v.ModelId).ToArray(), numbers = versions.Select(v => v.Version).ToArray() }, cancellationToken: cancel));
        var tags = await read.ReadAsync<(long ModelId, int Version, string Key, string Value)>();
        var aliases = await read.ReadAsync<(long ModelId, int Version, string Alias)>();
        return new(tags.ToLookup(t => (t.ModelId, t.Version), t => new Entry(t.Key, t.Value)), aliases.ToLookup(a => (a.ModelId, a.Version), a => a.Alias));
    }

    /// <summary>Registers a version. A source <c>models:/…</c> is followed to where the files are, and to the run that made them.</summary>
    /// <returns>Its number, or why not.</returns>
    public async Task<(int Version, ProtocolError? Refusal)> Create(string name, NewModelVersion made, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (model, refusal) = await RegistryStore.ForWriting(write, name, actor, cancel);
        if (refusal is not null)
            return (0, refusal);
        var (location, runId) = (made.Source, made.RunId);
        if (made.Source.StartsWith("models:", StringComparison.Ordinal))
        {
            if (await Follow(write, made.Source, actor, cancel) is not { } found)
                return (0, ProtocolError.Wrong("source", $"\"{made.Source}\"", "there is no such model. models:/<logged model id>, models:/<name>/<version> and models:/<name>@<alias> are followed."));
            (location, runId) = (found.Location, runId ?? found.RunId);
        }
        runId ??= made.LoggedModelId is { } logged ? (await Logged(write, logged, actor, cancel))?.RunId : null;
        var version = await write.Connection.QuerySingleAsync<int>(new("""
            with next as (update experiments.registered_model set newest_version = newest_version + 1 where model_id = @ModelId returning newest_version)
            insert into experiments.model_version (model_id, version, source, location, run_id, run_link, logged_model_id, description, user_id, owner_id, created_ms, updated_ms)
            select @ModelId, newest_version, @Source, @location, @runId, @RunLink, @LoggedModelId, @Description, @UserName, @PersonId, @now, @now from next
            returning version
            """, new { model!.ModelId, made.Source, location, runId, made.RunLink, LoggedModelId = made.LoggedModelId ?? ModelUri.Read(made.Source)?.LoggedModelId, made.Description, actor.UserName, actor.PersonId, now = Now }, cancellationToken: cancel));
        await PutTags(write.Connection, model.ModelId, version, made.Tags, cancel);
        await RegistryStore.Touch(write, model, time, cancel);
        write.Audit("experiments.model.register", $"model:{model.ModelId}", model.Name, after: new { Version = version, made.Source });
        await write.Commit(cancel);
        return (version, null);
    }

    /// <summary>Writes what is special about a version; null takes it away.</summary>
    public Task<ProtocolError?> Describe(string name, int version, string? description, Actor actor, CancellationToken cancel) => Change(name, version, actor, "describe-version", new { Version = version },
        "update experiments.model_version set description = @description, updated_ms = @now where model_id = @ModelId and version = @version", description, cancel);

    /// <summary>Moves a version to a stage, as older clients do.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="stage">The stage, as it is written.</param>
    /// <param name="archiveOthers">Moves the others of that stage to Archived.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<ProtocolError?> Stage(string name, int version, string stage, bool archiveOthers, Actor actor, CancellationToken cancel) => Change(name, version, actor, "stage", new { Version = version, Stage = stage }, $"""
        {(archiveOthers ? "update experiments.model_version set stage = 'Archived', updated_ms = @now where model_id = @ModelId and version <> @version and stage = @value;" : "")}
        update experiments.model_version set stage = @value, updated_ms = @now where model_id = @ModelId and version = @version
        """, stage, cancel);

    /// <summary>Sets a tag of a version.</summary>
    public Task<ProtocolError?> SetTag(string name, int version, Entry tag, Actor actor, CancellationToken cancel) => Change(name, version, actor, null, null, """
        insert into experiments.model_version_tag (model_id, version, key, value) values (@ModelId, @version, @key, @value)
        on conflict (model_id, version, key) do update set value = excluded.value
        """, tag.Value, cancel, tag.Key);

    /// <summary>Removes a tag of a version; one that is not there is no mistake.</summary>
    public Task<ProtocolError?> RemoveTag(string name, int version, string key, Actor actor, CancellationToken cancel) => Change(name, version, actor, null, null,
        "delete from experiments.model_version_tag where model_id = @ModelId and version = @version and key = @key", null, cancel, key);

    /// <summary>Deletes a version with its aliases; its files stay where they are, and its number is not used again.</summary>
    public Task<ProtocolError?> Delete(string name, int version, Actor actor, CancellationToken cancel) => Change(name, version, actor, "delete-version", new { Version = version },
        "delete from experiments.model_version where model_id = @ModelId and version = @version", null, cancel, delete: true);

    /// <summary>404 for a version.</summary>
    public static ProtocolError NoVersion(string name, int version) => new(ErrorCode.ResourceDoesNotExist, $"Model Version (name={Wording.Cut(name, 300)}, version={version}) not found");

    private async Task<ProtocolError?> Change(string name, int version, Actor actor, string? verb, object? after, string sql, string? value, CancellationToken cancel, string? key = null, bool delete = false)
    {
        await using var write = await database.Write(actor, cancel);
        var (model, refusal) = await RegistryStore.ForWriting(write, name, actor, cancel);
        if (refusal is not null)
            return refusal;
        var found = await write.Connection.QuerySingleOrDefaultAsync<(int Version, Guid? OwnerId)?>(new("select version, owner_id from experiments.model_version where model_id = @ModelId and version = @version",
            new { model!.ModelId, version }, cancellationToken: cancel));
        if (found is null)
            return NoVersion(name, version);
        if (delete && !actor.MayDelete(model.TeamId, found.Value.OwnerId) && !actor.MayDelete(model.TeamId, model.OwnerId))
            return new(ErrorCode.PermissionDenied, "Only the owner of a version or of its model, or an admin, may delete it.");
        await write.Connection.ExecuteAsync(new(sql, new { model.ModelId, version, key, value, description = value, now = Now }, cancellationToken: cancel));
        await RegistryStore.Touch(write, model, time, cancel);
        if (verb is not null)
            write.Audit($"experiments.model.{verb}", $"model:{model.ModelId}", model.Name, after: after);
        await write.Commit(cancel);
        return null;
    }

    private async Task<ModelVersion?> One(string which, object values, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QuerySingleOrDefaultAsync<(Guid TeamId, long ModelId, int Version)?>(new(
            $"select m.team_id, v.model_id, v.version from experiments.model_version v join experiments.registered_model m using (model_id) where m.name = @name and {which}", values, cancellationToken: cancel));
        return found is { } one && actor.MayRead(one.TeamId) && await Read([(one.ModelId, one.Version)], cancel) is [var version] ? version : null;
    }

    private async Task<IReadOnlyList<ModelVersion>> Many(string which, object values, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ModelVersion>(new(
            $"select {ModelVersion.Columns} from experiments.model_version v join experiments.registered_model m using (model_id) where {which}", values, cancellationToken: cancel))).AsList();
    }

    private static async Task<(string Location, string? RunId)?> Follow(WriteScope write, string source, Actor actor, CancellationToken cancel)
    {
        if (ModelUri.Read(source) is not { } uri)
            return null;
        if (uri.LoggedModelId is { } logged)
            return await Logged(write, logged, actor, cancel);
        var found = await write.Connection.QuerySingleOrDefaultAsync<(string Location, string? RunId, Guid TeamId)?>(new("""
            select v.location, v.run_id, m.team_id from experiments.model_version v join experiments.registered_model m using (model_id)
            where m.name = @Name and v.version = coalesce(@Version, (select version from experiments.model_alias where model_id = m.model_id and alias = @Alias))
            """, new { uri.Name, uri.Version, uri.Alias }, cancellationToken: cancel));
        return found is { } one && actor.MayRead(one.TeamId) ? (one.Location, one.RunId) : null;
    }

    private static async Task<(string Location, string? RunId)?> Logged(WriteScope write, string modelId, Actor actor, CancellationToken cancel)
    {
        var found = await write.Connection.QuerySingleOrDefaultAsync<(string Location, Guid? RunId, Guid TeamId)?>(new("""
            select l.artifact_uri, l.run_id, e.team_id from experiments.logged_model l join experiments.experiment e using (experiment_id) where l.model_id = @modelId and l.lifecycle = 'active'
            """, new { modelId }, cancellationToken: cancel));
        return found is { } one && actor.MayRead(one.TeamId) ? (one.Location, one.RunId?.ToString("N")) : null;
    }

    private static Task PutTags(NpgsqlConnection connection, long modelId, int version, IReadOnlyCollection<Entry> tags, CancellationToken cancel) =>
        tags.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(new("""
            insert into experiments.model_version_tag (model_id, version, key, value) select @modelId, @version, key, value from unnest(@keys, @values) as n (key, value)
            on conflict (model_id, version, key) do update set value = excluded.value
            """, new { modelId, version, keys = tags.Select(t => t.Key).ToArray(), values = tags.Select(t => t.Value).ToArray() }, cancellationToken: cancel));

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
