using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Experiments and their tags. Verbs answer null when done, else why not.</summary>
public sealed class ExperimentStore(Database database, TimeProvider time)
{
    /// <summary>The experiment, deleted or not; null when there is none that this actor may see.</summary>
    public async Task<Experiment?> Find(long experimentId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @experimentId",
            new { experimentId }, cancellationToken: cancel));
        return found is not null && actor.MayRead(found.TeamId) ? found : null;
    }

    /// <summary>The experiment of this name, deleted or not; null when there is none that this actor may see.</summary>
    public async Task<Experiment?> FindByName(string name, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where name = @name", new { name }, cancellationToken: cancel));
        return found is not null && actor.MayRead(found.TeamId) ? found : null;
    }

    /// <summary>These experiments, in the order asked for.</summary>
    public async Task<IReadOnlyList<Experiment>> Read(long[] experimentIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Experiment>(new($"""
            select {Experiment.Columns}
            from unnest(@experimentIds) with ordinality as n (experiment_id, place) join experiments.experiment e using (experiment_id)
            order by n.place
            """, new { experimentIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The tags of these experiments.</summary>
    public async Task<ILookup<long, Entry>> Tags(long[] experimentIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var rows = await connection.QueryAsync<(long ExperimentId, string Key, string Value)>(new("""
            select experiment_id, key, value from experiments.experiment_tag where experiment_id = any(@experimentIds) order by key
            """, new { experimentIds }, cancellationToken: cancel));
        return rows.ToLookup(r => r.ExperimentId, r => new Entry(r.Key, r.Value));
    }

    /// <summary>Makes an experiment in the actor's home team.</summary>
    /// <returns>Its id, or null when the name is taken, by whichever team.</returns>
    public async Task<long?> Create(string name, string? artifactLocation, IReadOnlyCollection<Entry> tags, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var id = await write.Connection.QuerySingleOrDefaultAsync<long?>(new("""
            with next as (select nextval('experiments.experiment_id') as id)
            insert into experiments.experiment (experiment_id, name, artifact_location, team_id, owner_id, created_ms, updated_ms)
            select id, @name, coalesce(@artifactLocation, 'mlflow-artifacts:/' || id), @HomeTeam, @PersonId, @now, @now from next
            on conflict (name) do nothing
            returning experiment_id
            """, new { name, artifactLocation, actor.HomeTeam, actor.PersonId, now = Now }, cancellationToken: cancel));
        if (id is null)
            return null;
        await PutTags(write.Connection, id.Value, tags, cancel);
        write.Tell("experiments", Topics.Team(actor.HomeTeam), new ExperimentCreated(id.Value));
        await write.Record(actor, "experiment.create", id.Value, null, name, cancel: cancel);
        await write.Commit(cancel);
        return id;
    }

    /// <summary>Gives the experiment another name.</summary>
    public async Task<ProtocolError?> Rename(long experimentId, string name, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ForWriting(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        try
        {
            await write.Connection.ExecuteAsync(new(
                "update experiments.experiment set name = @name, updated_ms = @now where experiment_id = @experimentId",
                new { experimentId, name, now = Now }, cancellationToken: cancel));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return NameTaken(name);
        }
        Tell(write, experiment!, new ExperimentRenamed(experimentId, name));
        await write.Record(actor, "experiment.rename", experimentId, null, name, new { experiment!.Name }, new { Name = name }, cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets after how long a silence a running run of it is shown as lost, <see cref="Silence.Least"/> to <see cref="Silence.Most"/>.</summary>
    public async Task<ProtocolError?> SetLostAfter(long experimentId, TimeSpan lostAfter, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ForWriting(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        if (Silence.Check(lostAfter) is { } wrong)
            return ProtocolError.Invalid(wrong);
        await write.Connection.ExecuteAsync(new(
            "update experiments.experiment set lost_after = @lostAfter, updated_ms = @now where experiment_id = @experimentId",
            new { experimentId, lostAfter, now = Now }, cancellationToken: cancel));
        Tell(write, experiment!, new ExperimentSettingsChanged(experimentId));
        await write.Record(actor, "experiment.settings", experimentId, null, experiment!.Name, after: new { LostAfter = lostAfter }, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Sets tags.</summary>
    public async Task<ProtocolError?> SetTags(long experimentId, IReadOnlyCollection<Entry> tags, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ForWriting(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        await PutTags(write.Connection, experimentId, tags, cancel);
        Tell(write, experiment!, new ExperimentTagged(experimentId, [.. tags.Select(t => t.Key)]));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Removes a tag.</summary>
    public async Task<ProtocolError?> RemoveTag(long experimentId, string key, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ForWriting(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var removed = await write.Connection.ExecuteAsync(new(
            "delete from experiments.experiment_tag where experiment_id = @experimentId and key = @key",
            new { experimentId, key }, cancellationToken: cancel));
        if (removed == 0)
            return new(ErrorCode.ResourceDoesNotExist, $"No tag with name: {key} in experiment with id {experimentId}");
        Tell(write, experiment!, new ExperimentTagged(experimentId, [key]));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Deletes the experiment and its runs; they can be restored.</summary>
    public Task<ProtocolError?> Delete(long experimentId, Actor actor, CancellationToken cancel) =>
        Move(experimentId, "deleted", new ExperimentDeleted(experimentId), actor, cancel);

    /// <summary>Brings a deleted experiment back, with all its runs.</summary>
    public Task<ProtocolError?> Restore(long experimentId, Actor actor, CancellationToken cancel) =>
        Move(experimentId, "active", new ExperimentRestored(experimentId), actor, cancel);

    private async Task<ProtocolError?> Move<TChange>(long experimentId, string to, TChange change, Actor actor, CancellationToken cancel)
        where TChange : notnull
    {
        await using var write = await database.Write(actor, cancel);
        var experiment = await Locked(write, experimentId, cancel);
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return ProtocolError.NoExperiment(experimentId.ToString());
        if (!actor.MayDelete(experiment.TeamId, experiment.OwnerId))
            return new(ErrorCode.PermissionDenied, "Only the owner of an experiment or an admin may delete or restore it.");
        if (experiment.Lifecycle == to)
            return new(ErrorCode.ResourceDoesNotExist, $"No {(to == "active" ? "deleted" : "active")} experiment with id={experimentId} exists");
        await write.Connection.ExecuteAsync(new("""
            update experiments.experiment set lifecycle = @to, updated_ms = @now where experiment_id = @experimentId;
            update experiments.run set lifecycle = @to, deleted_at = case when @to = 'deleted' then now() end
            where experiment_id = @experimentId and lifecycle <> @to
            """, new { experimentId, to, now = Now }, cancellationToken: cancel));
        Tell(write, experiment, change);
        await write.Record(actor, to == "active" ? "experiment.restore" : "experiment.delete", experimentId, null, experiment.Name, cancel: cancel);
        await write.Commit(cancel);
        return null;
    }

    internal static ProtocolError NameTaken(string name) =>
        new(ErrorCode.ResourceAlreadyExists, $"Experiment(name={name}) already exists. Names are unique over all teams, deleted experiments included.");

    private static async Task<(Experiment? Experiment, ProtocolError? Refusal)> ForWriting(WriteScope write, long experimentId, Actor actor, CancellationToken cancel)
    {
        var experiment = await Locked(write, experimentId, cancel);
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return (null, ProtocolError.NoExperiment(experimentId.ToString()));
        if (!actor.MayWrite(experiment.TeamId))
            return (null, new(ErrorCode.PermissionDenied, $"You may read the experiment {experimentId}, but not change it."));
        return experiment.Deleted
            ? (null, ProtocolError.Invalid($"The experiment {experimentId} must be in the 'active' state. Current state is deleted."))
            : (experiment, null);
    }

    private static Task<Experiment?> Locked(WriteScope write, long experimentId, CancellationToken cancel) =>
        write.Connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @experimentId for no key update",
            new { experimentId }, cancellationToken: cancel));

    private static async Task PutTags(NpgsqlConnection connection, long experimentId, IReadOnlyCollection<Entry> tags, CancellationToken cancel)
    {
        if (tags.Count > 0)
            await connection.ExecuteAsync(new("""
                insert into experiments.experiment_tag (experiment_id, key, value)
                select @experimentId, key, value from unnest(@keys, @values) as n (key, value)
                on conflict (experiment_id, key) do update set value = excluded.value
                """, new { experimentId, keys = tags.Select(t => t.Key).ToArray(), values = tags.Select(t => t.Value).ToArray() },
                cancellationToken: cancel));
    }

    private static void Tell<TChange>(WriteScope write, Experiment experiment, TChange change) where TChange : notnull
    {
        write.Tell("experiments", Topics.Team(experiment.TeamId), change);
        write.Tell("experiments", Topics.Experiment(experiment.ExperimentId), change);
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
