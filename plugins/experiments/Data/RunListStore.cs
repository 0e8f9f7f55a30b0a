using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Which runs a list holds.</summary>
public sealed record RunListFilter
{
    /// <summary>What the search grammar says.</summary>
    public RunFilter Search { get; init; } = RunFilter.All;

    /// <summary>Experiments to look in; null for all that may be seen.</summary>
    public long[]? Experiments { get; init; }

    /// <summary>Stored status.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Exact name.</summary>
    public string? Name { get; init; }

    /// <summary>The run they are nested in.</summary>
    public Guid? Parent { get; init; }

    /// <summary>Active, deleted or all.</summary>
    public ViewType View { get; init; } = ViewType.Active;
}

/// <summary>Lists of runs for programs: counted, by page, and behind a row.</summary>
public sealed class RunListStore(Database database, TimeProvider time)
{
    /// <summary>How many there are.</summary>
    public async Task<long> Count(RunListFilter filter, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        if (await Visible(connection, filter, actor, cancel) is not { Count: > 0 } experiments)
            return 0;
        var sql = Build(filter, SearchOrder.Default, experiments, int.MaxValue, 0, null, time.GetUtcNow());
        return (await SearchStore.Ids<long>(connection, sql with { Text = $"select count(*) from ({sql.Text}) as found" }, cancel))[0];
    }

    /// <summary>Ids of one page.</summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="order">How they are sorted; by one attribute at most when <paramref name="after"/> is given.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="after">The row behind which it begins; null for the beginning.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Ends the search in PostgreSQL too.</param>
    public async Task<Guid[]> Page(RunListFilter filter, SearchOrder order, int limit, long offset, ListKey<Guid>? after, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Visible(connection, filter, actor, cancel) is { Count: > 0 } experiments
            ? await SearchStore.Ids<Guid>(connection, Build(filter, order, experiments, limit, offset, after, time.GetUtcNow()), cancel)
            : [];
    }

    private static async Task<List<long>> Visible(NpgsqlConnection connection, RunListFilter filter, Actor actor, CancellationToken cancel) => (await connection.QueryAsync<long>(new(
        $"select experiment_id from experiments.experiment e where (@Experiments::bigint[] is null or experiment_id = any(@Experiments)) and {People.Visible.To("e")}",
        new { filter.Experiments, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();

    private static SearchSql Build(RunListFilter filter, SearchOrder order, IReadOnlyCollection<long> experiments, int limit, long offset, ListKey<Guid>? after, DateTimeOffset now)
    {
        var conditions = new List<string>();
        var values = new Dictionary<string, object>();
        Add(filter.Status?.Word(), "r.status = @ListStatus", "ListStatus");
        Add(filter.Name, "r.name = @ListName", "ListName");
        Add(filter.Parent, "r.parent_run_id = @ListParent", "ListParent");
        if (after is not null)
        {
            var key = order.Keys is [var first, ..] ? first : new(Entity.Attribute, "start_time", Ascending: false);
            conditions.Add(ListKeys.Behind(ClauseSql.Column(key.Key), !key.Ascending, "r.start_time", "r.run_id", after.Value is null));
            (values["AfterTime"], values["AfterId"]) = (after.Time, after.Id);
            if (after.Value is not null)
                values["AfterValue"] = after.Value;
        }
        var sql = RunQuery.Build(new(filter.Search, experiments, filter.View, now) { Also = conditions.Count == 0 ? null : string.Join(" and ", conditions) }, order, limit, offset);
        foreach (var (name, value) in values)
            sql.Parameters[name] = value;
        return sql;

        void Add(object? value, string condition, string name)
        {
            if (value is null)
                return;
            conditions.Add(condition);
            values[name] = value;
        }
    }
}
