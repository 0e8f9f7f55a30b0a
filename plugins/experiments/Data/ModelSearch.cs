using Crucible.Experiments.Domain.Search;
using Crucible.People;

namespace Crucible.Experiments.Data;

/// <summary>The search of logged models as SQL.</summary>
internal static class ModelSearch
{
    public static SearchSql Build(ModelFilter filter, IReadOnlyList<ModelSortKey> order, long[] experiments, int limit, long offset, Actor actor)
    {
        var sql = new SqlDraft();
        sql.Parameters["SeesAll"] = actor.SeesAll;
        sql.Parameters["ReadTeams"] = actor.ReadTeams;
        sql.Parameters["Experiments"] = experiments;
        sql.Parameters["Limit"] = limit;
        sql.Parameters["Offset"] = offset;
        sql.Text.Append($"""
            select m.model_id
            from experiments.logged_model m join experiments.experiment e using (experiment_id)
            where m.experiment_id = any(@Experiments) and m.lifecycle = 'active' and {Visible.To("e")}
            """);
        foreach (var clause in filter.Clauses)
            sql.Text.Append("\nand ").Append(Condition(sql, clause));
        sql.Text.Append("\norder by ");
        foreach (var sort in order)
            sql.Text.Append($"{Sorted(sql, sort)} {(sort.Ascending ? "asc" : "desc")} nulls last, ");
        sql.Text.Append("m.created_ms desc, m.model_id limit @Limit offset @Offset");
        return new(sql.Text.ToString(), sql.Parameters);
    }

    private static string Condition(SqlDraft sql, Clause clause) => clause.Entity switch
    {
        Entity.Param => Conditions.Keyed(sql, "logged_model_param", "model_id", "m", clause),
        Entity.Tag => Conditions.Keyed(sql, "logged_model_tag", "model_id", "m", clause),
        Entity.Metric => Conditions.Keyed(sql, "logged_model_metric", "model_id", "m", clause),
        _ => Conditions.Compare(sql, Column(clause.Key), clause),
    };

    // The latest value, of any dataset or of the one that is named.
    private static string Sorted(SqlDraft sql, ModelSortKey sort)
    {
        if (sort.Entity != Entity.Metric)
            return Column(sort.Key);
        var dataset = (sort.DatasetName is null ? "" : $" and x.dataset_name = {sql.Value(sort.DatasetName)}")
            + (sort.DatasetDigest is null ? "" : $" and x.dataset_digest = {sql.Value(sort.DatasetDigest)}");
        return $"""
            (select nullif(x.value, 'NaN') from experiments.logged_model_metric x
                where x.model_id = m.model_id and x.key = {sql.Value(sort.Key)}{dataset} order by x.step desc, x.at desc limit 1)
            """;
    }

    private static string Column(string key) => key switch
    {
        "name" => "m.name",
        "model_id" => "m.model_id",
        "model_type" => "m.model_type",
        "status" => "replace(replace(m.status, 'LOGGED_MODEL_', ''), 'UPLOAD_', '')",
        "source_run_id" => "replace(m.run_id::text, '-', '')",
        "creation_timestamp" => "m.created_ms",
        "last_updated_timestamp" => "m.updated_ms",
        _ => throw new InvalidOperationException($"No column is known for the attribute {key}."),
    };
}
