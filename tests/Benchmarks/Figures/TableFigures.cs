using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>The run table of an experiment with 1,500 runs of 200 metrics, among 50 such. A search asks for the whole page, so that is what counts.</summary>
internal static class TableFigures
{
    private const int Rows = 50;

    public static async Task Measure(Bench bench)
    {
        var data = await bench.WideRuns();
        await using var bare = await BareServer.Start();
        var experiment = data.Experiments[0];
        var page = $"/experiments/{experiment}";
        var size = $"{bench.Options.Experiments} × {bench.Options.RunsOfEach:#,0} × {WideRuns.Keys}";

        Asking.Median(bench, bare, $"run table at {size}, first paint: first byte", Pages.Get(bench, page), Aim.Under(100), firstByte: true);
        Asking.Median(bench, bare, $"run table at {size}, first paint: whole", Pages.Get(bench, page), Aim.Under(100));
        foreach (var (name, query, sql) in Searches(experiment))
            await Asking.Median(bench, sql, $"run table, {name}: whole", Pages.Get(bench, page + query), Aim.Under(150));
        Asking.Median(bench, bare, "run table, the next 50 rows as one scrolls", Pages.Get(bench, $"{page}?part=rows&after={data.Newest:N}"), Aim.Under(100));
        Asking.Median(bench, bare, "run table, 500 rows drawn anew", Pages.Get(bench, $"{page}?rows=500"), null);

        var many = $"/experiments/{data.ManyKeys}";
        var keys = $"{WideRuns.DistinctKeys:#,0} keys";
        Asking.Median(bench, bare, $"run table with {keys}, first paint: whole", Pages.Get(bench, many), Aim.Under(100));
        Asking.Median(bench, bare, $"column menu with {keys}", Pages.Get(bench, $"{many}?part=columns"), Aim.Under(150));
        Asking.Median(bench, bare, $"column menu with {keys}, a part of one", Pages.Get(bench, $"{many}?part=columns&q=_119"), Aim.Under(150));
        Asking.Median(bench, bare, $"completion with {keys}", Pages.Get(bench, $"{many}/complete?text=metrics.block_11&at=16"), Aim.Under(150));
    }

    // Each beside a statement that finds the same runs and reads the same cells of the usual columns.
    private static IEnumerable<(string Name, string Query, string Sql)> Searches(long experiment)
    {
        string Found(string where, string order, string joins = "") => $"""
            with found as materialized (
                select r.run_id from experiments.run r {joins}
                where r.experiment_id = {experiment} and r.lifecycle = 'active' and r.archived_at is null and {where} order by {order} limit {Rows + 1})
            select s.run_id, s.key, s.last_value, p.value from found f
            join experiments.series s on s.run_id = f.run_id and s.key in ('val/loss', 'val/accuracy', 'train/loss', 'layer_003/grad_norm', 'layer_004/grad_norm')
            join experiments.param p on p.run_id = f.run_id and p.key = 'optimizer'
            """;
        const string Loss = "join experiments.series l on l.run_id = r.run_id and l.key = 'val/loss'";
        const string Optimizer = "join experiments.param o on o.run_id = r.run_id and o.key = 'optimizer'";
        static string Url(string filter, string sort) => $"?filter={Uri.EscapeDataString(filter)}&sort={Uri.EscapeDataString(sort)}";
        yield return ("filter by a metric, sorted by it", Url("metrics.`val/loss` < 0.5", "metrics.val/loss"), Found("l.last_value < 0.5", "l.last_value", Loss));
        yield return ("filter by a parameter, newest first", Url("params.optimizer = 'adam'", ""), Found("o.value = 'adam'", "r.start_time desc", Optimizer));
        yield return ("filter with OR and NOT, sorted by another metric", Url("metrics.`val/loss` < 0.1 OR (params.optimizer = 'sgd' AND NOT metrics.`train/loss` > 0.5)", "-metrics.val/accuracy"),
            Found("(l.last_value < 0.1 or (o.value = 'sgd' and t.last_value <= 0.5))", "a.last_value desc", $"{Loss} {Optimizer} join experiments.series t on t.run_id = r.run_id and t.key = 'train/loss' join experiments.series a on a.run_id = r.run_id and a.key = 'val/accuracy'"));
        yield return ("filter by the least value of a metric, sorted by it", Url("min(metrics.`val/loss`) < 0.5", "min(metrics.val/loss)"), Found("l.min_value < 0.5", "l.min_value", Loss));
        yield return ("sorted by a parameter", "?sort=params.param_3", Found("true", "o.value", "join experiments.param o on o.run_id = r.run_id and o.key = 'param_3'"));
        yield return ("only what differs", "?differs=1", Found("true", "r.start_time desc"));
        yield return ("grouped by a parameter", "?group=params.optimizer", $"""
            select o.value, s.key, count(*), min(s.last_value), avg(s.last_value), max(s.last_value) from experiments.run r {Optimizer}
            join experiments.series s on s.run_id = r.run_id and s.key in ('val/loss', 'val/accuracy', 'train/loss', 'layer_003/grad_norm', 'layer_004/grad_norm')
            where r.experiment_id = {experiment} and r.lifecycle = 'active' group by 1, 2
            """);
    }
}
