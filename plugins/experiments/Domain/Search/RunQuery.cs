using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Turns a filter and an order into SQL that answers the ids of one page of runs.</summary>
public static class RunQuery
{
    /// <summary>How many characters of a param or tag value the index holds.</summary>
    public const int IndexedCharacters = 128;

    private const int MaxJoined = 6;

    /// <summary>Builds the search. The statement answers <c>run_id</c>, sorted.</summary>
    /// <param name="filter">Which runs.</param>
    /// <param name="order">How they are sorted.</param>
    /// <param name="experiments">Where to look; also the parameter <c>@Experiments</c>.</param>
    /// <param name="view">Active, deleted or all.</param>
    /// <param name="limit">How many ids at most; ask for one more than a page to know whether another follows.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="visible">
    /// A condition on <c>r</c> (experiments.run) that says what the caller may see; its parameters are the caller's to
    /// add. Part of the text, so never made of user input.
    /// </param>
    public static SearchSql Build(
        RunFilter filter, SearchOrder order, IReadOnlyCollection<long> experiments, ViewType view,
        int limit, long offset, string visible = "true")
    {
        var sql = new SqlDraft();
        sql.Parameters["Experiments"] = experiments.ToArray();
        sql.Parameters["Limit"] = limit;
        sql.Parameters["Offset"] = offset;
        // One experiment is the usual case, and equality lets an index deliver the order; "= any" does not.
        var within = "experiment_id = any(@Experiments)";
        if (experiments.Count == 1)
        {
            within = "experiment_id = @Experiment";
            sql.Parameters["Experiment"] = experiments.First();
        }
        // PostgreSQL turns each exists into a join and tries the orders of all joins: a hundred plan for minutes, and a
        // dozen can be planned badly. Beyond a few, "offset 0" keeps every one a probe by (run_id, key) for each run.
        var joins = filter.Clauses.Concat<object>(order.Keys).Count(c => c is Clause { Entity: not Entity.Attribute } or SortKey { Entity: not Entity.Attribute });
        var fence = joins > MaxJoined ? " offset 0" : "";
        var clauses = new ClauseSql(sql, within, fence);
        var always = new StringBuilder($"r.{within}");
        if (view != ViewType.All)
            always.Append(view == ViewType.Active ? " and r.lifecycle = 'active'" : " and r.lifecycle = 'deleted'");
        if (visible != "true")
            always.Append($" and ({visible})");

        // A comparison that only numbers pass makes every found run one that logged the metric, and no NaN.
        var first = order.Keys is [{ Entity: Entity.Metric } key, ..] ? key : null;
        var own = filter.Clauses.Where(c => c.Entity == Entity.Metric && c.Key == first?.Key).ToArray();
        var rest = own.Any(c => c.Operator != Operator.NotEqual) ? filter.Clauses.Except(own) : filter.Clauses;
        var where = always + string.Concat(clauses.Conditions(rest).Select(c => $"\n  and {c}"));
        if (first is not null && own.Any(c => c.Operator != Operator.NotEqual))
            MetricFirst.Logged(sql, order, within, where, fence, string.Concat(own.Select(c => $" and {clauses.OnMetric("m", c)}")));
        else if (first is not null && experiments.Count == 1)
            MetricFirst.Staged(sql, order, within, where, fence);
        else
            Plain(sql, order, within, where, fence);
        return new(sql.Text.ToString(), sql.Parameters);
    }

    private static void Plain(SqlDraft sql, SearchOrder order, string within, string where, string fence)
    {
        var sorting = new Sorting(sql, order.Keys, within, fence);
        sql.Text.Append("select r.run_id\nfrom experiments.run r").Append(sorting.Joins)
            .Append("\nwhere ").Append(where)
            .Append("\norder by ").Append(sorting.Order)
            .Append("\nlimit @Limit offset @Offset");
    }
}
