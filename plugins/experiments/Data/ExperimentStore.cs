using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>What a new experiment is given.</summary>
/// <param name="Name">Not in use by any that is not deleted.</param>
/// <param name="TeamId">The team that gets it; the actor has to be able to write there.</param>
public sealed record NewExperiment(string Name, Guid TeamId)
{
    /// <summary>Where clients put files; null for here.</summary>
    public string? ArtifactLocation { get; init; }

    /// <summary>Its tags, keys unique.</summary>
    public IReadOnlyCollection<Entry> Tags { get; init; } = [];

    /// <summary>A project of the team; any other is left out.</summary>
    public long? ProjectId { get; init; }

    /// <summary>Markdown.</summary>
    public string Hypothesis { get; init; } = "";

    /// <summary>The first version of its configuration.</summary>
    public Configuration? Configuration { get; init; }

    /// <summary>It is running at once.</summary>
    public bool Running { get; init; }

    /// <summary>It is pending until somebody starts it; otherwise its first run does.</summary>
    public bool Waits { get; init; }

    /// <summary>Name of the experiment it is a clone of.</summary>
    internal string? CloneOf { get; init; }
}

/// <summary>Experiments and their tags. Verbs answer null when done, else why not.</summary>
public sealed class ExperimentStore(Database database, TimeProvider time)
{
    /// <summary>The experiment, deleted or not; null when there is none that this actor may see.</summary>
    public async Task<Experiment?> Find(long experimentId, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @experimentId and lifecycle <> 'purging'",
            new { experimentId }, cancellationToken: cancel));
        return found is not null && actor.MayRead(found.TeamId) ? found : null;
    }

    /// <summary>
    /// The experiment of this name that is not deleted; null when there is none that this actor may see. Clients that are answered
    /// null make one, and a deleted name can be used again.
    /// </summary>
    public async Task<Experiment?> FindByName(string name, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var found = await connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where name = @name and lifecycle = 'active'", new { name }, cancellationToken: cancel));
        return found is not null && actor.MayRead(found.TeamId) ? found : null;
    }

    /// <summary>Whether there ever was an experiment of this name that is not removed for good.</summary>
    public async Task<bool> Knows(string name, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<bool>(new("select exists (select from experiments.experiment where name = @name and lifecycle <> 'purging')", new { name }, cancellationToken: cancel));
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

    /// <summary>Makes an experiment in the actor's home team, as clients do.</summary>
    /// <returns>Its id, or null when the name is taken, by whichever team.</returns>
    public async Task<long?> Create(string name, string? artifactLocation, IReadOnlyCollection<Entry> tags, Actor actor, CancellationToken cancel) =>
        (await Create(new NewExperiment(name, actor.HomeTeam) { ArtifactLocation = artifactLocation, Tags = tags }, actor, cancel)).Id;

    /// <summary>Makes an experiment, or says why not: <see cref="ErrorCode.ResourceAlreadyExists"/> when the name is taken.</summary>
    public async Task<(long? Id, ProtocolError? Refusal)> Create(NewExperiment made, Actor actor, CancellationToken cancel)
    {
        if (!actor.MayWrite(made.TeamId))
            return (null, new(ErrorCode.PermissionDenied, "You may read experiments, but not create any."));
        if ((Limits.CheckExperimentName(made.Name) ?? (ExperimentFieldStore.CheckHypothesis(made.Hypothesis) is { } wrong ? ProtocolError.Invalid(wrong) : null)) is { } refusal)
            return (null, refusal);
        await using var write = await database.Write(actor, cancel);
        var state = new ExperimentState(made.Running ? ExperimentStatus.Running : ExperimentStatus.Pending);
        var id = await write.Connection.QuerySingleOrDefaultAsync<long?>(new("""
            with next as (select nextval('experiments.experiment_id') as id)
            insert into experiments.experiment (experiment_id, name, artifact_location, team_id, owner_id, created_ms, updated_ms, status, waits, started_ms, hypothesis, project_id)
            select id, @Name, coalesce(@ArtifactLocation, 'mlflow-artifacts:/' || id), @TeamId, @PersonId, @now, @now, @status, @Waits,
                case when @Running then @now end, @hypothesis, (select project_id from experiments.project where project_id = @ProjectId and team_id = @TeamId)
            from next
            on conflict (name) where lifecycle = 'active' do nothing
            returning experiment_id
            """, new { made.Name, made.ArtifactLocation, made.TeamId, actor.PersonId, made.Waits, made.Running, made.ProjectId, status = state.Status.Word(), hypothesis = Wording.Whole(made.Hypothesis.ReplaceLineEndings("\n").Trim()), now = Now }, cancellationToken: cancel));
        if (id is null)
            return (null, NameTaken(made.Name));
        await PutTags(write.Connection, id.Value, made.Waits || made.Running ? [.. made.Tags.Where(IsTakenOver), new(ExperimentStatusWords.Tag, state.Word)] : [.. made.Tags.Where(IsTakenOver)], cancel);
        if (made.Configuration is { } configuration)
            await ConfigStore.Add(write, id.Value, 1, configuration, actor, cancel);
        write.Tell("experiments", Topics.Team(made.TeamId), new ExperimentCreated(id.Value));
        await write.Record(actor, made.CloneOf is null ? "experiment.create" : "experiment.clone", id.Value, null, made.Name, made.CloneOf is null ? null : new { Of = made.CloneOf }, cancel: cancel);
        await write.Commit(cancel);
        return (id, null);
    }

    /// <summary>Makes a pending experiment with the configuration, hypothesis, project and tags of another, and none of its runs.</summary>
    /// <param name="experimentId">The other, deleted or not.</param>
    /// <param name="name">Null takes the other's name with a word behind it.</param>
    /// <param name="actor">Who clones; it goes to the team of the other, or to their own where they may not write there.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<(long? Id, ProtocolError? Refusal)> Clone(long experimentId, string? name, Actor actor, CancellationToken cancel)
    {
        if (await Find(experimentId, actor, cancel) is not { } other)
            return (null, ProtocolError.NoExperiment($"{experimentId}"));
        var team = actor.MayWrite(other.TeamId) ? other.TeamId : actor.HomeTeam;
        await using var connection = await database.Open(cancel);
        var config = await connection.QuerySingleOrDefaultAsync<Configuration>(new("""
            select format, source, document::text as document from experiments.config where experiment_id = @experimentId and version = @ConfigVersion
            """, new { experimentId, other.ConfigVersion }, cancellationToken: cancel));
        var made = new NewExperiment(name ?? "", team)
        {
            Hypothesis = other.Hypothesis,
            Configuration = config,
            ProjectId = other.ProjectId,
            Waits = true,
            CloneOf = other.Name,
            Tags = [.. (await Tags([experimentId], cancel))[experimentId]],
        };
        if (name is not null)
            return await Create(made, actor, cancel);
        // A handful of copies are numbered; whoever has more of them gives names.
        for (var copy = 1; ; copy++)
        {
            var tail = copy == 1 ? " copy" : $" copy {copy}";
            var (id, refusal) = await Create(made with { Name = Wording.Whole(Wording.Cut(other.Name, Limits.ExperimentName - tail.Length)) + tail }, actor, cancel);
            if (refusal is not { Code: ErrorCode.ResourceAlreadyExists } || copy == 20)
                return (id, refusal);
        }
    }

    /// <summary>Gives the experiment another name.</summary>
    public async Task<ProtocolError?> Rename(long experimentId, string name, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
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
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
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
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var before = await Tagged(write.Connection, experimentId, [.. tags.Select(t => t.Key)], cancel);
        var changed = tags.Where(t => IsTakenOver(t) && !(before.TryGetValue(t.Key, out var old) && old == t.Value)).ToList();
        if (changed.Count == 0)
            return null;
        await PutTags(write.Connection, experimentId, changed, cancel);
        Tell(write, experiment!, new ExperimentTagged(experimentId, [.. changed.Select(t => t.Key)]));
        await write.Record(actor, changed is [{ Key: NoteTag }] ? "experiment.note" : "experiment.tag", experimentId, null, experiment!.Name,
            changed.Where(t => t.Key != NoteTag).ToDictionary(t => t.Key, t => before.GetValueOrDefault(t.Key)), changed.Where(t => t.Key != NoteTag).ToDictionary(t => t.Key, t => t.Value), cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Removes a tag.</summary>
    public async Task<ProtocolError?> RemoveTag(long experimentId, string key, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        var removed = await write.Connection.QuerySingleOrDefaultAsync<string>(new(
            "delete from experiments.experiment_tag where experiment_id = @experimentId and key = @key returning value",
            new { experimentId, key }, cancellationToken: cancel));
        if (removed is null)
            return new(ErrorCode.ResourceDoesNotExist, $"No tag with name: {key} in experiment with id {experimentId}");
        Tell(write, experiment!, new ExperimentTagged(experimentId, [key]));
        await write.Record(actor, "experiment.untag", experimentId, null, experiment!.Name, key == NoteTag ? null : new Dictionary<string, string> { [key] = removed }, null, cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Deletes the experiment and its runs; they can be restored.</summary>
    public Task<ProtocolError?> Delete(long experimentId, Actor actor, CancellationToken cancel) =>
        Move(experimentId, "deleted", null, new ExperimentDeleted(experimentId), actor, cancel);

    /// <summary>Brings a deleted experiment back, with all its runs.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="name">Another name; null keeps its own, and is <see cref="ErrorCode.ResourceAlreadyExists"/> when somebody took that since.</param>
    /// <param name="actor">Who restores.</param>
    /// <param name="cancel">Gives up.</param>
    public Task<ProtocolError?> Restore(long experimentId, string? name, Actor actor, CancellationToken cancel) =>
        Move(experimentId, "active", name, new ExperimentRestored(experimentId), actor, cancel);

    private async Task<ProtocolError?> Move<TChange>(long experimentId, string to, string? name, TChange change, Actor actor, CancellationToken cancel)
        where TChange : notnull
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.PassOwner(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        if (experiment!.Lifecycle == to)
            return new(ErrorCode.ResourceDoesNotExist, $"No {(to == "active" ? "deleted" : "active")} experiment with id={experimentId} exists");
        var called = name ?? experiment.Name;
        if (Limits.CheckExperimentName(called) is { } wrong)
            return wrong;
        try
        {
            await write.Connection.ExecuteAsync(new("""
                update experiments.experiment set lifecycle = @to, name = @called, updated_ms = @now where experiment_id = @experimentId;
                update experiments.run set lifecycle = @to, deleted_at = case when @to = 'deleted' then now() end
                where experiment_id = @experimentId and lifecycle in ('active', 'deleted') and lifecycle <> @to
                """, new { experimentId, to, called, now = Now }, cancellationToken: cancel));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return NameTaken(called);
        }
        Tell(write, experiment, change);
        await write.Record(actor, to == "active" ? "experiment.restore" : "experiment.delete", experimentId, null, called,
            called == experiment.Name ? null : new { experiment.Name }, called == experiment.Name ? null : new { Name = called }, cancel);
        await write.Commit(cancel);
        return null;
    }

    internal static ProtocolError NameTaken(string name) =>
        new(ErrorCode.ResourceAlreadyExists, $"Experiment(name={name}) already exists. Names are unique over all teams.");

    private const string NoteTag = "mlflow.note.content";

    // A status that a client copies from somewhere else would say what is not the case here.
    private static bool IsTakenOver(Entry tag) => tag.Key != ExperimentStatusWords.Tag;

    private static async Task<Dictionary<string, string>> Tagged(NpgsqlConnection connection, long experimentId, string[] keys, CancellationToken cancel) =>
        (await connection.QueryAsync<Entry>(new("select key, value from experiments.experiment_tag where experiment_id = @experimentId and key = any(@keys)",
            new { experimentId, keys }, cancellationToken: cancel))).ToDictionary(t => t.Key, t => t.Value);

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

    private static void Tell<TChange>(WriteScope write, Experiment experiment, TChange change) where TChange : notnull =>
        write.TellExperiment(experiment.TeamId, experiment.ExperimentId, change);

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();
}
