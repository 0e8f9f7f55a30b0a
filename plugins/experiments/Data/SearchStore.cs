using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Searches that answer ids.</summary>
public sealed class SearchStore(Database database)
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
        var visible = (await connection.QueryAsync<long>(new(
            $"select experiment_id from experiments.experiment e where experiment_id = any(@experiments) and {Visible.To("e")}",
            new { experiments, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
        return visible.Count == 0
            ? []
            : await Ids<Guid>(connection, RunQuery.Build(filter, order, visible, view, limit, offset), cancel);
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

    // A plan made once for all values of such a search can be a thousand times slower than one made for these.
    private const string PlanForTheseValues = "select set_config('plan_cache_mode', 'force_custom_plan', true)";

    internal static async Task<T[]> Ids<T>(NpgsqlConnection connection, SearchSql sql, CancellationToken cancel)
    {
        var search = new NpgsqlBatchCommand(sql.Text);
        foreach (var (name, value) in sql.Parameters)
            search.Parameters.AddWithValue(name, value);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(PlanForTheseValues), search } };
        var ids = new List<T>();
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        while (await rows.ReadAsync(cancel))
            ids.Add(rows.GetFieldValue<T>(0));
        return [.. ids];
    }
}
