using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Which experiments a list holds, and in which order.</summary>
public sealed record ExperimentPageFilter
{
    /// <summary>Part of the name, in any case.</summary>
    public string? Name { get; init; }

    /// <summary>The person who owns it.</summary>
    public Guid? Owner { get; init; }

    /// <summary>Stored status.</summary>
    public string? Status { get; init; }

    /// <summary>The project it is in.</summary>
    public long? Project { get; init; }

    /// <summary>Archived ones, or the others; null for both.</summary>
    public bool? Archived { get; init; }

    /// <summary>Deleted ones instead of the active.</summary>
    public bool Deleted { get; init; }

    /// <summary><c>created_at</c>, <c>updated_at</c>, <c>name</c> or <c>id</c>.</summary>
    public string Sort { get; init; } = "created_at";

    /// <summary>Greatest first.</summary>
    public bool Descending { get; init; } = true;
}

/// <summary>Lists of experiments for programs: counted, by page, and behind a row.</summary>
public sealed class ExperimentPageStore(Database database)
{
    /// <summary>How many there are.</summary>
    public async Task<long> Count(ExperimentPageFilter filter, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new($"select count(*) from experiments.experiment e where {Where(filter)}", Values(filter, actor, 0, 0, null), cancellationToken: cancel));
    }

    /// <summary>One page.</summary>
    public async Task<IReadOnlyList<Experiment>> Page(ExperimentPageFilter filter, int limit, long offset, ListKey<long>? after, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var column = Column(filter.Sort);
        var behind = after is null ? "" : $"and {ListKeys.Behind(column, filter.Descending, "e.created_ms", "e.experiment_id", isNull: false)}";
        return (await connection.QueryAsync<Experiment>(new($"""
            select {Experiment.Columns} from experiments.experiment e
            where {Where(filter)} {behind}
            order by {column} {(filter.Descending ? "desc" : "asc")}, e.created_ms desc, e.experiment_id
            limit @limit offset @offset
            """, Values(filter, actor, limit, offset, after), cancellationToken: cancel))).AsList();
    }

    private static string Where(ExperimentPageFilter filter) => $"""
        {Visible.To("e")} and e.lifecycle = '{(filter.Deleted ? "deleted" : "active")}'
        {(filter.Name is null ? "" : "and e.name ilike @name")} {(filter.Owner is null ? "" : "and e.owner_id = @Owner")}
        {(filter.Status is null ? "" : "and e.status = @Status")} {(filter.Project is null ? "" : "and e.project_id = @Project")} {(filter.Archived is null ? "" : "and e.archived = @Archived")}
        """;

    private static object Values(ExperimentPageFilter filter, Actor actor, int limit, long offset, ListKey<long>? after)
    {
        var values = new DynamicParameters(new { actor.SeesAll, actor.ReadTeams, name = filter.Name is null ? null : Like.Within(filter.Name), filter.Owner, filter.Status, filter.Project, filter.Archived, limit, offset, AfterTime = after?.Time, AfterId = after?.Id });
        values.Add("AfterValue", after?.Value);
        return values;
    }

    private static string Column(string sort) => sort switch
    {
        "updated_at" => "e.updated_ms",
        "name" => "e.name",
        "id" => "e.experiment_id",
        _ => "e.created_ms",
    };
}
