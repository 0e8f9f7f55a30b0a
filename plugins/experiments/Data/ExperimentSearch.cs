using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.People;

namespace Crucible.Experiments.Data;

/// <summary>The search of experiments as SQL.</summary>
internal static class ExperimentSearch
{
    public static SearchSql Build(ExperimentFilter filter, SearchOrder order, ViewType view, int limit, long offset, Actor actor)
    {
        var sql = new SqlDraft();
        sql.Parameters["SeesAll"] = actor.SeesAll;
        sql.Parameters["ReadTeams"] = actor.ReadTeams;
        sql.Parameters["Limit"] = limit;
        sql.Parameters["Offset"] = offset;
        sql.Text.Append($"select e.experiment_id from experiments.experiment e where {Visible.To("e")}");
        sql.Text.Append(view switch { ViewType.Active => " and e.lifecycle = 'active'", ViewType.Deleted => " and e.lifecycle = 'deleted'", _ => " and e.lifecycle <> 'purging'" });
        foreach (var clause in filter.Clauses)
            sql.Text.Append("\nand ").Append(clause.Entity == Entity.Tag
                ? Conditions.Keyed(sql, "experiment_tag", "experiment_id", "e", clause)
                : Conditions.Compare(sql, Column(clause.Key), clause));
        sql.Text.Append("\norder by ");
        foreach (var key in order.Keys)
            sql.Text.Append($"{Column(key.Key)} {(key.Ascending ? "asc" : "desc")}, ");
        sql.Text.Append("e.created_ms desc, e.experiment_id limit @Limit offset @Offset");
        return new(sql.Text.ToString(), sql.Parameters);
    }

    private static string Column(string key) => key switch
    {
        "name" => "e.name",
        "experiment_id" => "e.experiment_id",
        "creation_time" => "e.created_ms",
        "last_update_time" => "e.updated_ms",
        _ => throw new InvalidOperationException($"No column is known for the attribute {key}."),
    };
}
