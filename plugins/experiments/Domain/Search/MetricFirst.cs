namespace Crucible.Experiments.Domain.Search;

// "Best accuracy first" over 75,000 runs. A left join must read every run before it can sort, though a page shows a
// hundred. The index (experiment_id, key, last_value) has the numbers in order already, so the page is taken in three
// parts, each only if the ones before did not fill it: numbers (from the index, as many as the page reaches), then NaN,
// then runs that never logged the metric. The counts are initplans: a part that is not needed is not run.
/// <summary>Searches that are sorted by a metric first.</summary>
internal static class MetricFirst
{
    /// <summary>Where the filter lets only runs through that logged a number: an inner join says it all.</summary>
    public static void Logged(SqlDraft sql, SearchOrder order, string within, string where, string fence, string conditions)
    {
        var first = order.Keys[0];
        var rest = new Sorting(sql, [.. order.Keys.Skip(1)], within, fence);
        sql.Text.Append($"""
            select r.run_id
            from experiments.series m
            join experiments.run r on r.run_id = m.run_id{rest.Joins}
            where m.{within} and m.key = {sql.Value(first.Key)}{conditions}
              and {where}
            order by m.last_value {(first.Ascending ? "asc" : "desc")}, {rest.Order}
            limit @Limit offset @Offset
            """);
    }

    /// <summary>Where runs without the metric may be found too.</summary>
    public static void Staged(SqlDraft sql, SearchOrder order, string within, string where, string fence)
    {
        var first = order.Keys[0];
        var key = sql.Value(first.Key);
        var direction = first.Ascending ? "asc" : "desc";
        var rest = new Sorting(sql, [.. order.Keys.Skip(1)], within, fence);
        var logged = $"""
            from experiments.series m
            join experiments.run r on r.run_id = m.run_id{rest.Joins}
            where m.experiment_id = @Experiment and m.key = {key} and {where}
            """;
        sql.Text.Append($"""
            with numbers as materialized (
            select r.run_id, row_number() over (order by m.last_value {direction}, {rest.Order}) as place
            {logged} and m.last_value < 'NaN'
            order by m.last_value {direction}, {rest.Order} limit @Offset + @Limit),
            nans as materialized (
            select r.run_id, row_number() over (order by {rest.Order}) as place
            {logged} and m.last_value = 'NaN' and (select count(*) from numbers) < @Offset + @Limit
            order by {rest.Order} limit @Offset + @Limit),
            missing as materialized (
            select r.run_id, row_number() over (order by {rest.Order}) as place
            from experiments.run r{rest.Joins}
            where {where}
            and not exists (select from experiments.series m where m.run_id = r.run_id and m.key = {key} and m.last_value is not null offset 0)
            and (select count(*) from numbers) + (select count(*) from nans) < @Offset + @Limit
            order by {rest.Order} limit @Offset + @Limit)
            select run_id from (
            select run_id, 0 as part, place from numbers
            union all select run_id, 1, place from nans
            union all select run_id, 2, place from missing) found
            order by part, place limit @Limit offset @Offset
            """);
    }
}
