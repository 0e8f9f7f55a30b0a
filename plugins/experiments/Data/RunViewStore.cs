using System.Text.Json;
using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A saved view of an experiment's run table.</summary>
/// <param name="ViewId">Its id.</param>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Name">Its name.</param>
/// <param name="OwnerId">Who saved it.</param>
/// <param name="Shared">Everybody who sees the experiment sees it.</param>
/// <param name="Json">Names and values of parameters of the address.</param>
public sealed record RunTableBookmark(long ViewId, long ExperimentId, string Name, Guid OwnerId, bool Shared, string Json)
{
    /// <summary>Names and values of parameters of the address.</summary>
    public IReadOnlyDictionary<string, string> State => field ??= JsonSerializer.Deserialize<Dictionary<string, string>>(Json) ?? [];
}

/// <summary>Saved views. A private one exists for its owner alone; a shared one is its owner's or an admin's to change.</summary>
public sealed class RunViewStore(Database database, ExperimentStore experiments)
{
    /// <summary>Views that one person may have in one experiment.</summary>
    public const int Most = 100;

    private const int LongestName = 80;
    private const int LongestState = 16_000;
    private const string Columns = "view_id, experiment_id, name, owner_id, shared, state::text as json";

    /// <summary>Those that this person sees, in the order they were made. The caller has checked that the experiment may be seen.</summary>
    public async Task<IReadOnlyList<RunTableBookmark>> Of(long experimentId, Guid? personId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunTableBookmark>(new(
            $"select {Columns} from experiments.run_view where experiment_id = @experimentId and (shared or owner_id = @personId) order by view_id limit 200",
            new { experimentId, personId }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Keeps a state of the table under a name.</summary>
    /// <returns>Its id, or why not.</returns>
    public async Task<(long? ViewId, ProtocolError? Refusal)> Save(long experimentId, string? name, bool shared, IReadOnlyDictionary<string, string> state, Actor actor, CancellationToken cancel)
    {
        if (await experiments.Find(experimentId, actor, cancel) is not { } experiment)
            return (null, ProtocolError.NoExperiment(experimentId.ToString()));
        // A private view is everybody's own affair; one for the team is a write to the experiment.
        if (actor.PersonId is not { } person || (shared && !actor.MayWrite(experiment.TeamId)))
            return (null, new(ErrorCode.PermissionDenied, "You may not share a view in this experiment."));
        if (Check(name, state) is { } wrong)
            return (null, wrong);
        await using var write = await database.Write(actor, cancel);
        try
        {
            var id = await write.Connection.QuerySingleOrDefaultAsync<long?>(new("""
                insert into experiments.run_view (experiment_id, name, owner_id, shared, state)
                select @experimentId, @name, @person, @shared, @state::jsonb
                where (select count(*) from experiments.run_view where experiment_id = @experimentId and owner_id = @person) < @Most
                returning view_id
                """, new { experimentId, name = name!.Trim(), person, shared, state = JsonSerializer.Serialize(state), Most }, cancellationToken: cancel));
            if (id is null)
                return (null, ProtocolError.Invalid($"You have {Most} views in this experiment. Delete one first."));
            await Told(write, "view.save", experimentId, name.Trim(), shared, actor, cancel);
            return (id, null);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return (null, Taken(name!));
        }
    }

    /// <summary>Changes what is given: the name, who sees it, what it shows.</summary>
    public async Task<ProtocolError?> Update(long experimentId, long viewId, string? name, bool? shared, IReadOnlyDictionary<string, string>? state, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (view, refusal) = await Own(write, experimentId, viewId, actor, cancel);
        if (refusal is not null)
            return refusal;
        if (Check(name ?? view!.Name, state ?? view!.State) is { } wrong)
            return wrong;
        try
        {
            await write.Connection.ExecuteAsync(new("""
                update experiments.run_view set name = coalesce(@name, name), shared = coalesce(@shared, shared), state = coalesce(@state::jsonb, state) where view_id = @viewId
                """, new { viewId, name = name?.Trim(), shared, state = state is null ? null : JsonSerializer.Serialize(state) }, cancellationToken: cancel));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Taken(name!);
        }
        await Told(write, "view.update", experimentId, name?.Trim() ?? view!.Name, view!.Shared || shared == true, actor, cancel);
        return null;
    }

    /// <summary>Deletes it.</summary>
    public async Task<ProtocolError?> Delete(long experimentId, long viewId, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (view, refusal) = await Own(write, experimentId, viewId, actor, cancel);
        if (refusal is not null)
            return refusal;
        await write.Connection.ExecuteAsync(new("delete from experiments.run_view where view_id = @viewId", new { viewId }, cancellationToken: cancel));
        await Told(write, "view.delete", experimentId, view!.Name, view.Shared, actor, cancel);
        return null;
    }

    private async Task<(RunTableBookmark? View, ProtocolError? Refusal)> Own(WriteScope write, long experimentId, long viewId, Actor actor, CancellationToken cancel)
    {
        var view = await write.Connection.QuerySingleOrDefaultAsync<RunTableBookmark>(new(
            $"select {Columns} from experiments.run_view where view_id = @viewId and experiment_id = @experimentId for update", new { viewId, experimentId }, cancellationToken: cancel));
        if (view is null || !(view.Shared || view.OwnerId == actor.PersonId) || await experiments.Find(experimentId, actor, cancel) is not { } experiment)
            return (null, new(ErrorCode.ResourceDoesNotExist, $"No view with id={viewId} exists"));
        return view.OwnerId == actor.PersonId || actor.MayDelete(experiment.TeamId, view.OwnerId)
            ? (view, null)
            : (null, new(ErrorCode.PermissionDenied, "Only who saved a view or an admin may change it. Save one of your own."));
    }

    // What stays private is nobody's activity.
    private static async Task Told(WriteScope write, string action, long experimentId, string name, bool shared, Actor actor, CancellationToken cancel)
    {
        if (shared)
        {
            await write.Record(actor, action, experimentId, null, name, cancel: cancel);
            write.Tell("experiments", Topics.Experiment(experimentId), new RunViewsChanged(experimentId));
        }
        await write.Commit(cancel);
    }

    private static ProtocolError? Check(string? name, IReadOnlyDictionary<string, string> state) =>
        string.IsNullOrWhiteSpace(name) || name.Trim().Length > LongestName ? ProtocolError.Invalid($"Give it a name of at most {LongestName} characters.")
        : state.Sum(s => s.Key.Length + s.Value.Length) > LongestState ? ProtocolError.Invalid("This view is too large to be kept. Take away a few columns.")
        : null;

    private static ProtocolError Taken(string name) => new(ErrorCode.ResourceAlreadyExists, $"You have a view named {name.Trim()} already.");
}
