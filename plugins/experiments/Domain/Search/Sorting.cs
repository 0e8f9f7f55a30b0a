using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>The joins and the order of a list of sort keys.</summary>
internal sealed class Sorting
{
    private readonly List<(string Sql, bool Ascending, bool Nullable)> _columns = [];

    public Sorting(SqlDraft sql, IReadOnlyList<SortKey> keys, string within, string fence, DateTimeOffset now)
    {
        var joins = new StringBuilder();
        foreach (var key in keys)
        {
            var alias = $"s{sql.Parameters.Count}";
            switch (key.Entity)
            {
                case Entity.Attribute:
                    _columns.Add((key.Key == "duration" ? ClauseSql.Duration(sql, now) : ClauseSql.Column(key.Key), key.Ascending, key.Key is "end_time" or "duration"));
                    break;
                case Entity.Metric:
                    var value = ClauseSql.MetricColumn("x", key.Aggregate);
                    joins.Append(Join("series", value, alias, sql.Value(key.Key), within, fence));
                    // PostgreSQL sorts NaN above all numbers: right when ascending, put behind them when descending.
                    var shown = fence.Length == 0 ? ClauseSql.MetricColumn(alias, key.Aggregate) : $"{alias}.value";
                    if (!key.Ascending)
                        _columns.Add(($"({shown} = 'NaN')", true, true));
                    _columns.Add((shown, key.Ascending, true));
                    break;
                default:
                    joins.Append(Join(key.Entity == Entity.Param ? "param" : "tag", "x.value", alias, sql.Value(key.Key), within, fence));
                    _columns.Add(($"{alias}.value", key.Ascending, true));
                    break;
            }
        }
        if (!keys.Any(k => k is { Entity: Entity.Attribute, Key: "start_time" }))
            _columns.Add(("r.start_time", false, false));
        _columns.Add(("r.run_id", true, false));
        Joins = joins.ToString();
        Order = string.Join(", ", _columns.SkipLast(1).Select(c => $"{c.Sql} {(c.Ascending ? "asc" : "desc")}{(c.Nullable ? " nulls last" : "")}").Append("r.run_id"));
    }

    // The experiment stands in the join as well, so that the planner may come from (experiment_id, key, …) when it sorts
    // most of the runs there are, and need not read the whole table.
    private static string Join(string table, string value, string alias, string key, string within, string fence) => fence.Length == 0
        ? $"\nleft join experiments.{table} {alias} on {alias}.run_id = r.run_id and {alias}.{within} and {alias}.key = {key}"
        : $"\nleft join lateral (select {value} as value from experiments.{table} x where x.run_id = r.run_id and x.key = {key}{fence}) {alias} on true";

    public string Joins { get; }

    public string Order { get; }

    /// <summary>What a row is sorted by, as columns, in the order of the values that a place is given by.</summary>
    public string Values => string.Join(", ", _columns.Select(c => c.Sql));

    /// <summary>The condition that a row comes after the one with these values; they hold no more than one row, its id being the last.</summary>
    public string After(SqlDraft sql, IReadOnlyList<object?> values) => After(sql, values, 0);

    private string After(SqlDraft sql, IReadOnlyList<object?> values, int at)
    {
        if (at == _columns.Count)
            return "false";
        var (column, ascending, nullable) = _columns[at];
        var rest = After(sql, values, at + 1);
        if (values[at] is not { } value)
            return $"({column} is null and {rest})";
        var name = sql.Value(value);
        var past = $"{column} {(ascending ? ">" : "<")} {name}";
        var here = rest == "false" ? "" : $" or ({column} = {name} and {rest})";
        // The bound alone is what an index can begin from.
        return nullable ? $"({past} or {column} is null{here})" : rest == "false" ? past : $"{column} {(ascending ? ">=" : "<=")} {name} and ({past}{here})";
    }
}
