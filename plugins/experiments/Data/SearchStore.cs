using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Registry;
using Crucible.Experiments.Domain.Search;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Searches that answer ids.</summary>
public sealed class SearchStore(Database database, TimeProvider time)
{
    /// <summary>
    /// Ids of one page of runs, sorted, of those experiments that the actor may see.
    /// </summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="order">How they are sorted.</param>
    /// <param name="experiments">Where to look; those that the actor may not see are left out.</param>
    /// <param name="view">Active, deleted or all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Ends the search in PostgreSQL too.</param>
    public async Task<Guid[]> Runs(RunFilter filter, SearchOrder order, long[] experiments, ViewType view, int limit, long offset,
        Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var search = await Search(connection, filter, experiments, view, actor, cancel);
        return search is null ? [] : await Ids<Guid>(connection, RunQuery.Build(search, order, limit, offset), cancel);
    }

    /// <summary>
    /// Ids of the page that comes after a run in an order, so that a deep page costs as much as the first. The place is that of the
    /// run's values now, whether or not the filter finds it still.
    /// </summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="order">How they are sorted.</param>
    /// <param name="experiments">Where to look; those that the actor may not see are left out.</param>
    /// <param name="view">Active, deleted or all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="after">The last run of the page before.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Ends the search in PostgreSQL too.</param>
    /// <returns>Null when there is no such run in those experiments any more: begin again.</returns>
    public async Task<Guid[]?> RunsAfter(RunFilter filter, SearchOrder order, long[] experiments, ViewType view, int limit, Guid after,
        Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        if (await Search(connection, filter, experiments, view, actor, cancel) is not { } search
            || await Place(connection, RunQuery.Place(search, order, after), cancel) is not { } place)
            return null;
        return await Ids<Guid>(connection, RunQuery.Build(search, order, limit, 0, place), cancel);
    }

    /// <summary>How many runs a filter finds.</summary>
    public async Task<long> Count(RunFilter filter, long[] experiments, ViewType view, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        if (await Search(connection, filter, experiments, view, actor, cancel) is not { } search)
            return 0;
        var (sql, where) = RunQuery.Found(search);
        sql.Text.Append($"select count(*) from experiments.run r where {where}");
        return (await Ids<long>(connection, new(sql.Text.ToString(), sql.Parameters), cancel))[0];
    }

    private async Task<RunSearch?> Search(NpgsqlConnection connection, RunFilter filter, long[] experiments, ViewType view, Actor actor, CancellationToken cancel)
    {
        var visible = (await connection.QueryAsync<long>(new(
            $"select experiment_id from experiments.experiment e where experiment_id = any(@experiments) and {Visible.To("e")}",
            new { experiments, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
        return visible.Count == 0 ? null : new(filter, visible, view, time.GetUtcNow());
    }

    /// <summary>Whether a run of an experiment, not deleted, passes a filter. For programs of the system: nobody's view is asked for.</summary>
    internal async Task<bool> Passes(RunFilter filter, long experimentId, Guid runId, CancellationToken cancel)
    {
        var (sql, where) = RunQuery.Found(new(filter, [experimentId], ViewType.Active, time.GetUtcNow()) { Also = "r.run_id = @OneRun" });
        sql.Text.Append($"select r.run_id from experiments.run r where {where}");
        sql.Parameters["OneRun"] = runId;
        await using var connection = await database.Open(cancel);
        return (await Ids<Guid>(connection, new(sql.Text.ToString(), sql.Parameters), cancel)).Length > 0;
    }

    /// <summary>Ids of one page of experiments, sorted, of those that the actor may see.</summary>
    public async Task<long[]> Experiments(ExperimentFilter filter, SearchOrder order, ViewType view, int limit, long offset,
        Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Ids<long>(connection, ExperimentSearch.Build(filter, order, view, limit, offset, actor), cancel);
    }

    /// <summary>Ids of one page of logged models, sorted, of those experiments that the actor may see.</summary>
    public async Task<string[]> Models(ModelFilter filter, IReadOnlyList<ModelSortKey> order, long[] experiments, int limit, long offset,
        Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Ids<string>(connection, ModelSearch.Build(filter, order, experiments, limit, offset, actor), cancel);
    }

    /// <summary>Ids of one page of registered models, sorted, of those that the actor may see.</summary>
    public async Task<long[]> RegisteredModels(RegistryFilter filter, SearchOrder order, int limit, long offset, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Ids<long>(connection, RegistrySearch.Models(filter, order, limit, offset, actor), cancel);
    }

    /// <summary>Model and number of one page of versions, sorted, of those that the actor may see.</summary>
    public async Task<(long ModelId, int Version)[]> ModelVersions(RegistryFilter filter, SearchOrder order, int limit, long offset, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await Ids<long[]>(connection, RegistrySearch.Versions(filter, order, limit, offset, actor), cancel)).Select(i => (i[0], (int)i[1]))];
    }

    // A plan made once for all values of such a search can be a thousand times slower than one made for these.
    private const string PlanForTheseValues = "select set_config('plan_cache_mode', 'force_custom_plan', true)";

    internal static async Task<T[]> Ids<T>(NpgsqlConnection connection, SearchSql sql, CancellationToken cancel)
    {
        await using var batch = Batch(connection, sql);
        var ids = new List<T>();
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        while (await rows.ReadAsync(cancel))
            ids.Add(rows.GetFieldValue<T>(0));
        return [.. ids];
    }

    private static async Task<object?[]?> Place(NpgsqlConnection connection, SearchSql sql, CancellationToken cancel)
    {
        await using var batch = Batch(connection, sql);
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        if (!await rows.ReadAsync(cancel))
            return null;
        var values = new object[rows.FieldCount];
        rows.GetValues(values);
        return [.. values.Select(v => v is DBNull ? null : v)];
    }

    /// <summary>A statement that is planned for its own values; its rows are the second result.</summary>
    internal static NpgsqlBatch Batch(NpgsqlConnection connection, SearchSql sql)
    {
        var search = new NpgsqlBatchCommand(sql.Text);
        foreach (var (name, value) in sql.Parameters)
            search.Parameters.AddWithValue(name, value);
        return new(connection) { BatchCommands = { new(PlanForTheseValues), search } };
    }
}
