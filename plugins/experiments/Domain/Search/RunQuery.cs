using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Turns a filter and an order into SQL that answers the ids of one page of runs.</summary>
public static class RunQuery
{
    /// <summary>How many characters of a param or tag value the index holds.</summary>
    public const int IndexedCharacters = 128;

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
        var clauses = new ClauseSql(sql, within);
        var where = new StringBuilder($"r.{within}");
        if (view != ViewType.All)
            where.Append(view == ViewType.Active ? " and r.lifecycle = 'active'" : " and r.lifecycle = 'deleted'");
        if (visible != "true")
            where.Append($" and ({visible})");
        foreach (var clause in filter.Clauses)
            where.Append("\n  and ").Append(clauses.Condition(clause));

        if (experiments.Count == 1 && order.Keys is [{ Entity: Entity.Metric }, ..])
            MetricFirst.Write(sql, order, where.ToString());
        else
            Plain(sql, order, where.ToString());
        return new(sql.Text.ToString(), sql.Parameters);
    }

    private static void Plain(SqlDraft sql, SearchOrder order, string where)
    {
        var sorting = new Sorting(sql, order.Keys);
        sql.Text.Append("select r.run_id\nfrom experiments.run r").Append(sorting.Joins)
            .Append("\nwhere ").Append(where)
            .Append("\norder by ").Append(sorting.Order)
            .Append("\nlimit @Limit offset @Offset");
    }
}
