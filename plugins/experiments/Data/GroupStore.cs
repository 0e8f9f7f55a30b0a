using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>How a metric is spread over the runs of a group that have a number of it.</summary>
/// <param name="Runs">How many have.</param>
/// <param name="Min">The least; null when none has.</param>
/// <param name="Mean">The mean; null also when a value beyond ±1e150 is among them.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Deviation">Standard deviation of the sample (divided by n − 1); null for fewer than two, and as <paramref name="Mean"/> is.</param>
public readonly record struct Spread(long Runs, double? Min, double? Mean, double? Max, double? Deviation);

/// <summary>Runs that share a value.</summary>
/// <param name="Value">The value; null for the runs that lack the key.</param>
/// <param name="Label">What to show for it: the name of the parent run; null where the value says it.</param>
/// <param name="Runs">How many runs.</param>
/// <param name="Metrics">The asked metrics, in their order.</param>
public sealed record RunGroup(string? Value, string? Label, long Runs, IReadOnlyList<Spread> Metrics);

/// <summary>One page of groups, and how many there are in all.</summary>
public sealed record RunGroups(IReadOnlyList<RunGroup> Groups, long Count);

/// <summary>
/// Runs of an experiment in groups. A run that read several datasets is in the group of each. Callers have checked that the
/// experiment may be seen. All groups are counted whichever page is asked for, so an offset costs no more than a cursor would.
/// </summary>
public sealed class GroupStore(Database database, TimeProvider time)
{
    /// <summary>Groups the runs that a filter finds.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="filter">Which runs; <c>filter.And(by.Of(group.Value))</c> is the search for those of one group.</param>
    /// <param name="view">Active, deleted or all.</param>
    /// <param name="by">What they are grouped by.</param>
    /// <param name="metrics">Whose spread to tell.</param>
    /// <param name="order">How the groups are sorted; then by value.</param>
    /// <param name="limit">How many groups at most.</param>
    /// <param name="offset">How many to leave out.</param>
    /// <param name="cancel">Ends the search in PostgreSQL too.</param>
    public async Task<RunGroups> Groups(long experimentId, RunFilter filter, ViewType view, GroupKey by, IReadOnlyList<GroupMetric> metrics,
        GroupOrder order, int limit, long offset, CancellationToken cancel)
    {
        var search = new RunSearch(filter, [experimentId], view, time.GetUtcNow());
        await using var connection = await database.Open(cancel);
        var (found, count) = await Page(connection, search, by, order, limit, offset, cancel);
        var spreads = found.Count == 0 || metrics.Count == 0 ? [] : await Spreads(connection, search, by, metrics, found.Select(g => g.Value), cancel);
        return new([.. found.Select(g => g with { Metrics = [.. metrics.Select((_, i) => spreads.GetValueOrDefault((g.Value ?? "", g.Value is null, i)))] })], count);
    }

    private static async Task<(List<RunGroup> Groups, long Count)> Page(NpgsqlConnection connection, RunSearch search, GroupKey by, GroupOrder order, int limit, long offset, CancellationToken cancel)
    {
        var (sql, grouped) = Grouped(search, by);
        var direction = order.Descending ? "desc" : "asc";
        var (joins, sorted) = order.By switch
        {
            GroupOrder.Sorted.Value => ("", $"experiments.number_of(g.value) {direction} nulls last, g.value {direction} nulls last"),
            GroupOrder.Sorted.Runs => ("", $"count(*) {direction}"),
            _ => ($"left join experiments.series x on x.run_id = g.run_id and x.experiment_id = @Experiment and x.key = {sql.Value(order.Metric.Key)}",
                $"{Mean(ClauseSql.MetricColumn("x", order.Metric.Of))} {direction} nulls last"),
        };
        var label = by is { Entity: Entity.Attribute, Key: "parent_run_id" } ? "(select p.name from experiments.run p where replace(p.run_id::text, '-', '') = g.value and p.run_id = g.value::uuid)" : "null";
        sql.Text.Append($"""
            {grouped}
            select g.value, {label}, count(*), count(*) over ()
            from grouped g {joins}
            group by g.value order by {sorted}, g.value nulls last limit {sql.Value(limit)} offset {sql.Value(offset)}
            """);
        await using var batch = SearchStore.Batch(connection, new(sql.Text.ToString(), sql.Parameters));
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        var (groups, count) = (new List<RunGroup>(), 0L);
        while (await rows.ReadAsync(cancel))
        {
            groups.Add(new(rows.IsDBNull(0) ? null : rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetString(1), rows.GetInt64(2), []));
            count = rows.GetInt64(3);
        }
        return (groups, count);
    }

    private static async Task<Dictionary<(string Value, bool Lacks, int Metric), Spread>> Spreads(NpgsqlConnection connection, RunSearch search, GroupKey by, IReadOnlyList<GroupMetric> metrics,
        IEnumerable<string?> values, CancellationToken cancel)
    {
        var (sql, grouped) = Grouped(search, by);
        var shown = sql.Value(values.OfType<string>().ToArray());
        var branches = metrics.Select((metric, i) => (Metric: metric, Place: i)).GroupBy(m => m.Metric.Of).Select(of => $"""
            select g.value, m.place, {ClauseSql.MetricColumn("x", of.Key)} as v
            from grouped g
            join experiments.series x on x.run_id = g.run_id and x.experiment_id = @Experiment and x.key = any({sql.Value(of.Select(m => m.Metric.Key).Distinct().ToArray())})
            join unnest({sql.Value(of.Select(m => m.Metric.Key).ToArray())}, {sql.Value(of.Select(m => m.Place).ToArray())}) as m (key, place) on m.key = x.key
            where g.value is null or g.value = any({shown})
            """);
        sql.Text.Append($"""
            {grouped}
            select value, place, count(*), min(v), {Mean("v")}, max(v), case when bool_and(abs(v) <= 1e150) then stddev_samp(v) filter (where abs(v) <= 1e150) end
            from ({string.Join("\nunion all ", branches)}) n where v < 'NaN' group by value, place
            """);
        await using var batch = SearchStore.Batch(connection, new(sql.Text.ToString(), sql.Parameters));
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        var spreads = new Dictionary<(string, bool, int), Spread>();
        while (await rows.ReadAsync(cancel))
            spreads[(rows.IsDBNull(0) ? "" : rows.GetString(0), rows.IsDBNull(0), rows.GetInt32(1))] = new(rows.GetInt64(2), rows.GetDouble(3),
                rows.IsDBNull(4) ? null : rows.GetDouble(4), rows.GetDouble(5), rows.IsDBNull(6) ? null : rows.GetDouble(6));
        return spreads;
    }

    // Squares of what is beyond ±1e150 are beyond what a double holds, which PostgreSQL refuses to add.
    private static string Mean(string value) =>
        $"case when bool_and(abs({value}) <= 1e150) filter (where {value} < 'NaN') then avg({value}) filter (where abs({value}) <= 1e150) end";

    private static (SqlDraft Sql, string Grouped) Grouped(RunSearch search, GroupKey by)
    {
        var (sql, where) = RunQuery.Found(search);
        var (value, joins) = by.Entity switch
        {
            Entity.Attribute when by.Key == "parent_run_id" => ("replace(r.parent_run_id::text, '-', '')", ""),
            Entity.Attribute when by.Key == "user_id" => ("nullif(r.user_id, '')", ""),
            Entity.Attribute => ("r.status", ""),
            Entity.Dataset => ("d.value", $"""
                left join (select distinct i.run_id, {(by.Key == "context" ? "i.context" : by.Key == "digest" ? "d.digest" : "d.name")} as value
                    from experiments.input i join experiments.dataset d using (dataset_id) where d.experiment_id = @Experiment) d on d.run_id = r.run_id and d.value is not null
                """),
            _ => ("k.value", $"left join experiments.{(by.Entity == Entity.Param ? "param" : "tag")} k on k.run_id = r.run_id and k.experiment_id = @Experiment and k.key = {sql.Value(by.Key)}"),
        };
        return (sql, $"with grouped as materialized (select r.run_id, {value} as value from experiments.run r {joins} where {where})");
    }
}
