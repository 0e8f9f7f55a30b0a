using System.Text;
using System.Text.Json.Nodes;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Histories, whole and sampled.</summary>
public sealed class HistoryTests(TrackingWorld world) : IClassFixture<TrackingWorld>
{
    private readonly Tracking _mira = new(world.Client(world.Cast.Member));

    private async Task<string> Long(int points, int every = 1)
    {
        var run = await _mira.NewRun();
        for (var from = 0; from < points; from += 1000)
            (await _mira.Post("runs/log-batch", new
            {
                run_id = run,
                metrics = Enumerable.Range(from, Math.Min(1000, points - from)).Select(i => Tracking.Metric("m", i, i * every)),
            })).Ok();
        return run;
    }

    [Fact]
    public async Task Pages_follow_each_other_and_a_forged_offset_reads_the_tail()
    {
        var run = await Long(2_500);
        var first = (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&max_results=1000")).Ok();
        var token = Uri.EscapeDataString((string)first["next_page_token"]!);
        var second = (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&max_results=1000&page_token={token}")).Ok();
        Assert.Equal(1000, (int)second["metrics"]![0]!["step"]!);
        var forged = Uri.EscapeDataString(Convert.ToBase64String(Encoding.ASCII.GetBytes("{\"offset\": 2400}")));
        var tail = (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&max_results=1000&page_token={forged}")).Ok();
        Assert.Equal(Enumerable.Range(2400, 100), tail["metrics"]!.AsArray().Select(p => (int)p!["step"]!));
        Assert.Null(tail["next_page_token"]);
    }

    [Theory]
    [InlineData(3_000)]
    [InlineData(21_000)] // more than is read whole
    public async Task A_sample_is_even_and_keeps_each_run_s_first_and_last(int points)
    {
        var (a, b) = (await Long(points), await Long(500, every: 7));
        var sample = (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={a}&run_ids={b}&metric_key=m&max_results=100")).Ok()["metrics"]!.AsArray();
        var steps = sample.Where(p => (string)p!["run_id"]! == a).Select(p => (long)p!["step"]!).ToList();
        Assert.Equal((0, points - 1), (steps[0], steps[^1]));
        Assert.InRange(steps.Count, 50, 104);
        Assert.Equal(3493, sample.Where(p => (string)p!["run_id"]! == b).Max(p => (long)p!["step"]!));
    }

    [Fact]
    public async Task A_range_holds_only_what_is_in_it()
    {
        var run = await Long(1_000);
        var sample = (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m&start_step=100&end_step=119&max_results=100")).Ok()["metrics"] as JsonArray;
        Assert.Equal(Enumerable.Range(100, 20), sample!.Select(p => (int)p!["step"]!));
        (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m&start_step=100")).Refused(400, "INVALID_PARAMETER_VALUE");
    }
}
