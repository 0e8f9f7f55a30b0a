using Crucible.Experiments.Domain.Registry;
using Crucible.Experiments.Domain.Search;
using Crucible.People;

namespace Crucible.Experiments.Data;

/// <summary>The searches of the model registry as SQL.</summary>
internal static class RegistrySearch
{
    public static SearchSql Models(RegistryFilter filter, SearchOrder order, int limit, long offset, Actor actor)
    {
        var sql = Draft(limit, offset, actor);
        sql.Text.Append($"select m.model_id from experiments.registered_model m where {Visible.To("m")}");
        if (!filter.AsksForPrompts)
            sql.Text.Append(" and not exists (select from experiments.registered_model_tag p where p.model_id = m.model_id and p.key = 'mlflow.prompt.is_prompt' and p.value = 'true')");
        foreach (var clause in filter.Clauses)
            sql.Text.Append("\nand ").Append(clause.Entity == Entity.Tag
                ? Conditions.Keyed(sql, "registered_model_tag", "model_id", "m", clause)
                : Conditions.Compare(sql, Column(clause.Key, "m"), clause));
        return Sorted(sql, order, "m", "m.name");
    }

    public static SearchSql Versions(RegistryFilter filter, SearchOrder order, int limit, long offset, Actor actor)
    {
        var sql = Draft(limit, offset, actor);
        sql.Text.Append($"select array[v.model_id, v.version::bigint] from experiments.model_version v join experiments.registered_model m using (model_id) where {Visible.To("m")}");
        if (!filter.AsksForPrompts)
            sql.Text.Append(" and not exists (select from experiments.model_version_tag p where p.model_id = v.model_id and p.version = v.version and p.key = 'mlflow.prompt.is_prompt' and p.value = 'true')");
        foreach (var clause in filter.Clauses)
            sql.Text.Append("\nand ").Append(clause.Entity == Entity.Tag ? OfVersion(sql, clause) : Conditions.Compare(sql, Column(clause.Key, "v"), clause));
        return Sorted(sql, order, "v", "v.updated_ms desc, m.name, v.version desc");
    }

    private static SqlDraft Draft(int limit, long offset, Actor actor)
    {
        var sql = new SqlDraft();
        sql.Parameters["SeesAll"] = actor.SeesAll;
        sql.Parameters["ReadTeams"] = actor.ReadTeams;
        sql.Parameters["Limit"] = limit;
        sql.Parameters["Offset"] = offset;
        return sql;
    }

    private static SearchSql Sorted(SqlDraft sql, SearchOrder order, string row, string ties)
    {
        sql.Text.Append("\norder by ");
        foreach (var key in order.Keys)
            sql.Text.Append($"{Column(key.Key, row)} {(key.Ascending ? "asc" : "desc")}, ");
        sql.Text.Append(ties).Append(" limit @Limit offset @Offset");
        return new(sql.Text.ToString(), sql.Parameters);
    }

    // A tag hangs on model and number: two columns where other keyed tables have one.
    private static string OfVersion(SqlDraft sql, Clause clause)
    {
        var row = $"select from experiments.model_version_tag x where x.model_id = v.model_id and x.version = v.version and x.key = {sql.Value(clause.Key)}";
        return clause.Operator switch
        {
            Operator.IsNull => $"not exists ({row})",
            Operator.IsNotNull => $"exists ({row})",
            _ => $"exists ({row} and {Conditions.Compare(sql, "x.value", clause)})",
        };
    }

    private static string Column(string key, string row) => key switch
    {
        "name" => "m.name",
        "run_id" => "v.run_id",
        "source_path" => "v.source",
        "version_number" => "v.version",
        "creation_timestamp" => $"{row}.created_ms",
        "last_updated_timestamp" => $"{row}.updated_ms",
        _ => throw new InvalidOperationException($"No column is known for the attribute {key}."),
    };
}
