using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>What is looked for, before it is sorted and cut into pages.</summary>
/// <param name="Filter">Which runs.</param>
/// <param name="Experiments">Where to look.</param>
/// <param name="View">Active, deleted or all.</param>
/// <param name="Now">When the search is made, which relative times count from.</param>
public sealed record RunSearch(RunFilter Filter, IReadOnlyCollection<long> Experiments, ViewType View, DateTimeOffset Now)
{
    /// <summary>One more condition on <c>r</c> (experiments.run), whose parameters are the caller's to add. Part of the text, so never made of user input.</summary>
    public string? Also { get; init; }
}

/// <summary>Turns a filter and an order into SQL that answers the ids of one page of runs.</summary>
public static class RunQuery
{
    /// <summary>How many characters of a param or tag value the index holds.</summary>
    public const int IndexedCharacters = 128;

    private const int MaxJoined = 6;

    /// <summary>Builds the search. The statement answers <c>run_id</c>, sorted.</summary>
    /// <param name="search">Which runs; the experiments are also the parameter <c>@Experiments</c>.</param>
    /// <param name="order">How they are sorted.</param>
    /// <param name="limit">How many ids at most; ask for one more than a page to know whether another follows.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="after">What <see cref="Place"/> answered of the run that the page comes after; null for none.</param>
    public static SearchSql Build(RunSearch search, SearchOrder order, int limit, long offset, IReadOnlyList<object?>? after = null)
    {
        var (sql, within, fence) = Begin(search, order);
        sql.Parameters["Limit"] = limit;
        sql.Parameters["Offset"] = offset;
        var clauses = new ClauseSql(sql, within, fence, search.Now);
        // A comparison that only numbers pass makes every found run one that logged the metric, and no NaN.
        var first = order.Keys is [{ Entity: Entity.Metric, Aggregate: Aggregate.Last } key, ..] ? key : null;
        var parts = Parts(search.Filter);
        var own = parts.OfType<FilterNode.One>().Where(p => p.Clause is { Entity: Entity.Metric, Aggregate: Aggregate.Last } c && c.Key == first?.Key).ToArray();
        var logged = own.Any(p => p.Clause.Operator is Operator.Equal or Operator.Greater or Operator.GreaterOrEqual or Operator.Less or Operator.LessOrEqual or Operator.In);
        var where = Where(search, clauses, within, logged ? parts.Except(own) : parts);
        if (logged)
            sql.Text.Append(new MetricFirst(sql, order, within, where, fence, search.Now, after).Logged(string.Concat(own.Select(p => $" and {clauses.OnMetric("m", p.Clause)}"))));
        else if (first is not null && search.Experiments.Count == 1)
            sql.Text.Append(new MetricFirst(sql, order, within, where, fence, search.Now, after).Staged());
        else
        {
            var sorting = new Sorting(sql, order.Keys, within, fence, search.Now);
            sql.Text.Append("select r.run_id\nfrom experiments.run r").Append(sorting.Joins)
                .Append("\nwhere ").Append(where).Append(after is null ? "" : "\n  and " + sorting.After(sql, after))
                .Append("\norder by ").Append(sorting.Order)
                .Append("\nlimit @Limit offset @Offset");
        }
        return new(sql.Text.ToString(), sql.Parameters);
    }

    /// <summary>Builds the question where a run stands in an order: one row of values, none when it is in no such experiment.</summary>
    public static SearchSql Place(RunSearch search, SearchOrder order, Guid runId)
    {
        var (sql, within, _) = Begin(search, order);
        sql.Parameters["Run"] = runId;
        var sorting = new Sorting(sql, order.Keys, within, " offset 0", search.Now);
        sql.Text.Append($"select {sorting.Values}\nfrom experiments.run r{sorting.Joins}\nwhere r.run_id = @Run and r.{within}");
        return new(sql.Text.ToString(), sql.Parameters);
    }

    /// <summary>Begins a statement about the found runs of one experiment, and the condition on <c>r</c> that finds them.</summary>
    internal static (SqlDraft Sql, string Where) Found(RunSearch search)
    {
        var (sql, within, fence) = Begin(search, SearchOrder.Default);
        return (sql, Where(search, new(sql, within, fence, search.Now), within, Parts(search.Filter)));
    }

    private static (SqlDraft Sql, string Within, string Fence) Begin(RunSearch search, SearchOrder order)
    {
        var sql = new SqlDraft();
        sql.Parameters["Experiments"] = search.Experiments.ToArray();
        // One experiment is the usual case, and equality lets an index deliver the order; "= any" does not.
        var within = "experiment_id = any(@Experiments)";
        if (search.Experiments.Count == 1)
        {
            within = "experiment_id = @Experiment";
            sql.Parameters["Experiment"] = search.Experiments.First();
        }
        // PostgreSQL turns each exists into a join and tries the orders of all joins: a hundred plan for minutes, and a
        // dozen can be planned badly. Beyond a few, "offset 0" keeps every one a probe by (run_id, key) for each run.
        var joins = search.Filter.Clauses.Count(c => c.Entity != Entity.Attribute) + order.Keys.Count(k => k.Entity != Entity.Attribute);
        return (sql, within, joins > MaxJoined ? " offset 0" : "");
    }

    private static IReadOnlyList<FilterNode> Parts(RunFilter filter) => filter.Root switch
    {
        null => [],
        FilterNode.All all => all.Parts,
        var one => [one],
    };

    private static string Where(RunSearch search, ClauseSql clauses, string within, IEnumerable<FilterNode> parts)
    {
        var where = new StringBuilder($"r.{within}");
        if (search.View != ViewType.All)
            where.Append(search.View == ViewType.Active ? " and r.lifecycle = 'active'" : " and r.lifecycle = 'deleted'");
        if (search.Also is not null)
            where.Append($"\n  and ({search.Also})");
        foreach (var condition in clauses.Conditions(parts))
            where.Append("\n  and ").Append(condition);
        return where.ToString();
    }
}
