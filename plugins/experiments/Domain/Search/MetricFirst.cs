namespace Crucible.Experiments.Domain.Search;

// "Best accuracy first" over 75,000 runs. A left join must read every run before it can sort, though a page shows a
// hundred. The index (experiment_id, key, last_value) has the numbers in order already, so the page is taken in three
// parts, each only if the ones before did not fill it: numbers (from the index, as many as the page reaches), then NaN,
// then runs that never logged the metric. The counts are initplans: a part that is not needed is not run.
/// <summary>Searches that are sorted by a metric first.</summary>
internal sealed class MetricFirst
{
    private readonly string _key;
    private readonly string _within;
    private readonly string _where;
    private readonly string _direction;
    private readonly Sorting _rest;
    private readonly (string Numbers, string Nans, string Missing) _after = ("", "", "");

    /// <param name="sql">What it is written to.</param>
    /// <param name="order">The order; its first key is the last value of a metric.</param>
    /// <param name="within">The experiments, of a table that has the column.</param>
    /// <param name="where">What must hold of <c>r</c>.</param>
    /// <param name="fence">What keeps the planner from turning probes into joins.</param>
    /// <param name="now">When the search is made.</param>
    /// <param name="after">Values of <see cref="Sorting.Values"/> of the row that these come after; null from the first.</param>
    public MetricFirst(SqlDraft sql, SearchOrder order, string within, string where, string fence, DateTimeOffset now, IReadOnlyList<object?>? after)
    {
        var first = order.Keys[0];
        _key = sql.Value(first.Key);
        (_within, _where) = (within, where);
        _direction = first.Ascending ? "asc" : "desc";
        _rest = new(sql, [.. order.Keys.Skip(1)], within, fence, now);
        if (after is null)
            return;
        var rest = _rest.After(sql, [.. after.Skip(first.Ascending ? 1 : 2)]);
        if (after[first.Ascending ? 0 : 1] is not double value)
            _after = (" and false", " and false", $" and {rest}");
        else if (double.IsNaN(value))
            _after = (" and false", $" and {rest}", "");
        else
        {
            var (bound, sign) = (sql.Value(value), first.Ascending ? ">" : "<");
            _after = ($" and m.last_value {sign}= {bound} and (m.last_value {sign} {bound} or ({rest}))", "", "");
        }
    }

    /// <summary>Where the filter lets only runs through that logged a number: an inner join says it all.</summary>
    public string Logged(string conditions) => $"""
        select r.run_id
        from experiments.series m
        join experiments.run r on r.run_id = m.run_id{_rest.Joins}
        where m.{_within} and m.key = {_key}{conditions}
          and {_where}{_after.Numbers}
        order by m.last_value {_direction}, {_rest.Order}
        limit @Limit offset @Offset
        """;

    /// <summary>Where runs without the metric may be found too.</summary>
    public string Staged()
    {
        var logged = $"""
            from experiments.series m
            join experiments.run r on r.run_id = m.run_id{_rest.Joins}
            where m.experiment_id = @Experiment and m.key = {_key} and {_where}
            """;
        return $"""
            with numbers as materialized (
            select r.run_id, row_number() over (order by m.last_value {_direction}, {_rest.Order}) as place
            {logged} and m.last_value < 'NaN'{_after.Numbers}
            order by m.last_value {_direction}, {_rest.Order} limit @Offset + @Limit),
            nans as materialized (
            select r.run_id, row_number() over (order by {_rest.Order}) as place
            {logged} and m.last_value = 'NaN'{_after.Nans} and (select count(*) from numbers) < @Offset + @Limit
            order by {_rest.Order} limit @Offset + @Limit),
            missing as materialized (
            select r.run_id, row_number() over (order by {_rest.Order}) as place
            from experiments.run r{_rest.Joins}
            where {_where}
            and not exists (select from experiments.series m where m.run_id = r.run_id and m.key = {_key} and m.last_value is not null offset 0){_after.Missing}
            and (select count(*) from numbers) + (select count(*) from nans) < @Offset + @Limit
            order by {_rest.Order} limit @Offset + @Limit)
            select run_id from (
            select run_id, 0 as part, place from numbers
            union all select run_id, 1, place from nans
            union all select run_id, 2, place from missing) found
            order by part, place limit @Limit offset @Offset
            """;
    }
}
