using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>The joins and the order of a list of sort keys.</summary>
internal sealed class Sorting
{
    public Sorting(SqlDraft sql, IReadOnlyList<SortKey> keys, string within, string fence)
    {
        var joins = new StringBuilder();
        var order = new StringBuilder();
        foreach (var key in keys)
        {
            var direction = key.Ascending ? "asc" : "desc";
            var alias = $"s{sql.Parameters.Count}";
            switch (key.Entity)
            {
                case Entity.Attribute:
                    order.Append($"{ClauseSql.Column(key.Key)} {direction}");
                    if (key.Key == "end_time")
                        order.Append(" nulls last");
                    break;
                case Entity.Metric:
                    joins.Append(Join("series", "last_value", alias, sql.Value(key.Key), within, fence));
                    // PostgreSQL sorts NaN above all numbers: right when ascending, put behind them when descending.
                    if (!key.Ascending)
                        order.Append($"{alias}.last_value = 'NaN' asc nulls last, ");
                    order.Append($"{alias}.last_value {direction} nulls last");
                    break;
                default:
                    var table = key.Entity == Entity.Param ? "param" : "tag";
                    joins.Append(Join(table, "value", alias, sql.Value(key.Key), within, fence));
                    order.Append($"{alias}.value {direction} nulls last");
                    break;
            }
            order.Append(", ");
        }
        if (!keys.Any(k => k is { Entity: Entity.Attribute, Key: "start_time" }))
            order.Append("r.start_time desc, ");
        order.Append("r.run_id");
        Joins = joins.ToString();
        Order = order.ToString();
    }

    // The experiment stands in the join as well, so that the planner may come from (experiment_id, key, …) when it sorts
    // most of the runs there are, and need not read the whole table.
    private static string Join(string table, string column, string alias, string key, string within, string fence) => fence.Length == 0
        ? $"\nleft join experiments.{table} {alias} on {alias}.run_id = r.run_id and {alias}.{within} and {alias}.key = {key}"
        : $"\nleft join lateral (select x.{column} from experiments.{table} x where x.run_id = r.run_id and x.key = {key}{fence}) {alias} on true";

    public string Joins { get; }

    public string Order { get; }
}
