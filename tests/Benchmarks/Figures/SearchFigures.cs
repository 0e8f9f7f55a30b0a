using Crucible.Benchmarks.Client;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;

namespace Crucible.Benchmarks.Figures;

/// <summary>runs/search among 75,000 runs.</summary>
internal static class SearchFigures
{
    public static async Task Measure(Bench bench)
    {
        var data = await bench.ManyRuns();
        await using var bare = await BareServer.Start();
        var all = string.Join(',', data.Experiments.Select(e => $"\"{e}\""));
        byte[] Search(string json) => Request.Post("/api/2.0/mlflow/runs/search", $"{{{json}}}", bench.Site.Bearer);

        Asking.Median(bench, bare, $"search, page of {bench.Options.SearchedRuns:#,0} runs with 10 metrics and 10 parameters",
            Search($"\"experiment_ids\":[\"{data.Experiments[0]}\"],\"max_results\":{bench.Options.SearchedRuns}"), Aim.Under(60));
        var runs = $"{data.Runs.Count:#,0} runs, page of 100";
        Asking.Median(bench, bare, $"metric filter, ordered by the same metric, {runs}",
            Search($"\"experiment_ids\":[{all}],\"filter\":\"metrics.metric_3 > 0.5\",\"order_by\":[\"metrics.metric_3 DESC\"],\"max_results\":100"), Aim.Under(50));
        Asking.Median(bench, bare, $"metric filter, ordered by another metric, {runs}",
            Search($"\"experiment_ids\":[{all}],\"filter\":\"metrics.metric_3 > 0.5\",\"order_by\":[\"metrics.metric_5 ASC\"],\"max_results\":100"), Aim.Under(50));
        Asking.Median(bench, bare, $"metric filter, newest first, {runs}",
            Search($"\"experiment_ids\":[{all}],\"filter\":\"metrics.metric_3 > 0.5\",\"max_results\":100"), Aim.Under(50));
    }
}
