namespace Crucible.Experiments.Api.Tests;

/// <summary>Histories: whole, of many runs, and sampled for charts.</summary>
public sealed class HistoryTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Fact]
    public async Task A_history_is_sorted_by_time_then_step_then_value_however_it_came()
    {
        var run = await _mira.NewRun();
        Point[] sorted = [new(9, 1, 1), new(1, 2, -1), new(1, 2, 5), new(3, 2, 0), new(2, 3, 7)];
        await _mira.Log(run, "m", sorted.Reverse());
        Assert.Equal(sorted, await _mira.History(run, "m"));
        (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&max_results=1")).Is($$"""
            {"metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 9}], "next_page_token": "{{Tracker.Token(1)}}"}
            """);
        (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=none")).Is("{}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Pages_of_any_size_together_are_the_whole_and_the_last_one_has_no_token(int size)
    {
        var run = await _mira.NewRun();
        var points = Enumerable.Range(0, 6).Select(i => new Point(i, i, i)).ToArray();
        await _mira.Log(run, "m", points);
        var (token, pages, read) = ("", 0, 0);
        do
        {
            var page = await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&max_results={size}&page_token={Tracker.Q(token)}");
            read += page.At("metrics").GetArrayLength();
            pages++;
            token = page.Json.Find("next_page_token")?.GetString() ?? "";
        }
        while (token.Length > 0);
        Assert.Equal((6, (6 + size - 1) / size), (read, pages));
        Assert.Equal(points, await _mira.History(run, "m", size));
    }

    [Fact]
    public async Task A_token_made_by_hand_reads_the_tail()
    {
        var run = await _mira.NewRun();
        await _mira.Log(run, "m", Enumerable.Range(0, 100).Select(i => new Point(i, i, i)));
        var tail = await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&max_results=25000&page_token={Tracker.Q(Tracker.Token(97))}");
        Assert.Equal([97, 98, 99], tail.At("metrics").EnumerateArray().Select(m => m.At("step").GetInt32()));
        (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&page_token={Tracker.Q(Tracker.Token(100))}")).Is("{}");
        (await _mira.Get($"metrics/get-history?run_id={run}&metric_key=m&page_token={Tracker.Q(Tracker.Token(2_000_000_000))}")).Is("{}");
    }

    [Theory]
    [InlineData("max_results=0", "max_results")]
    [InlineData("max_results=-1", "max_results")]
    [InlineData("max_results=abc", "max_results")]
    [InlineData("max_results=99999999999999999999", "max_results")]
    [InlineData("page_token=bad", "page token")]
    [InlineData("page_token=e30%3D", "page token")]
    [InlineData("page_token=eyJvZmZzZXQiOiAtMX0%3D", "page token")]
    [InlineData("metric_key=a/../b", "metric_key")]
    public async Task What_is_wrong_with_the_question_is_said(string query, string says)
    {
        var run = await _mira.NewRun();
        var key = query.StartsWith("metric_key", StringComparison.Ordinal) ? "" : "&metric_key=m";
        (await _mira.Get($"metrics/get-history?run_id={run}{key}&{query}")).Invalid(says);
        (await _mira.Get($"metrics/get-history?run_id={run}")).Invalid("Missing value for required parameter 'metric_key'");
    }

    private static IEnumerable<(string Run, long Step, double Value)> Points(Answer answer) =>
        answer.Ok().Json.Find("metrics")?.EnumerateArray().Select(m => (m.At("run_id").GetString()!, m.At("step").GetInt64(), m.Number("value"))) ?? [];

    [Theory]
    [InlineData("/ajax-api/2.0/mlflow/")]
    [InlineData("/api/2.0/mlflow/")]
    public async Task Histories_of_several_runs_come_together(string api)
    {
        var (a, b, without) = (await _mira.NewRun(), await _mira.NewRun(), await _mira.NewRun());
        await _mira.Log(a, "m", [new(1, 1, 1), new(2, 2, double.NaN)]);
        await _mira.Log(b, "m", [new(1, 5, 3)]);
        await _mira.Log(without, "other", [new(1, 5, 3)]);
        var answer = await _mira.Get($"{api}metrics/get-history-bulk?run_id={a}&run_id={b}&run_id={without}&metric_key=m&max_results=100");
        Assert.Equal(new[] { (a, 1L, 1.0), (a, 2L, double.NaN), (b, 1L, 3.0) }.ToHashSet(), Points(answer).ToHashSet());
        Assert.Equal(["key", "value", "timestamp", "step", "run_id"], answer.At("metrics[0]").EnumerateObject().Select(p => p.Name));
        Assert.Equal(2, (await _mira.Get($"{api}metrics/get-history-bulk?run_id={a}&run_id={b}&metric_key=m&max_results=2")).At("metrics").GetArrayLength());
        (await _mira.Get($"{api}metrics/get-history-bulk?run_id={without}&metric_key=m")).Is("{}");
        (await _mira.Get($"{api}metrics/get-history-bulk?metric_key=m")).Invalid("run_id");
        (await _mira.Get($"{api}metrics/get-history-bulk?run_id={a}")).Invalid("metric_key");
        (await _mira.Get($"{api}metrics/get-history-bulk?metric_key=m&{string.Join('&', Enumerable.Repeat($"run_id={a}", 101))}")).Invalid("100");
        (await _mira.Get($"{api}metrics/get-history-bulk?run_id={a}&run_id={new string('0', 32)}&metric_key=m")).Missing();
    }

    [Theory]
    [InlineData("/ajax-api/2.0/mlflow/")]
    [InlineData("/api/2.0/mlflow/")]
    public async Task A_sample_is_even_and_keeps_each_runs_first_and_last_step(string api)
    {
        var (all, early, late, one) = (await _mira.NewRun(), await _mira.NewRun(), await _mira.NewRun(), await _mira.NewRun());
        await _mira.Log(all, "m", Enumerable.Range(0, 1000).Select(i => new Point(i, i, i)));
        await _mira.Log(early, "m", Enumerable.Range(3, 200).Select(i => new Point(i, i, -i)));
        await _mira.Log(late, "m", Enumerable.Range(711, 280).Select(i => new Point(i, i, 2 * i)));
        await _mira.Log(one, "m", [new(555, 1, 1)]);
        var query = $"{api}metrics/get-history-bulk-interval?run_ids={all}&run_ids={early}&run_ids={late}&run_ids={one}&metric_key=m";
        var points = Points(await _mira.Get($"{query}&max_results=20")).ToArray();
        var byRun = points.GroupBy(p => p.Run).ToDictionary(g => g.Key, g => g.Select(p => p.Step).ToArray());
        Assert.Equal((0, 999), (byRun[all].Min(), byRun[all].Max()));
        Assert.Equal((3, 202), (byRun[early].Min(), byRun[early].Max()));
        Assert.Equal((711, 990), (byRun[late].Min(), byRun[late].Max()));
        Assert.Equal([555], byRun[one]);
        // Twenty of them evenly, and the ends of four runs.
        Assert.InRange(points.Select(p => p.Step).Distinct().Count(), 20, 20 + 8);
        Assert.All(byRun[all].Order().Zip(byRun[all].Order().Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 60));
        Assert.All(byRun.Values, steps => Assert.Equal(steps.Order(), steps));
        Assert.All(points.Where(p => p.Run == early), p => Assert.Equal(-p.Step, p.Value));
        // Where all fit, all come.
        Assert.Equal(1000 + 200 + 280 + 1, Points(await _mira.Get($"{query}&max_results=2500")).Count());
    }

    [Fact]
    public async Task A_sample_within_bounds_holds_nothing_outside_of_them()
    {
        var run = await _mira.NewRun();
        await _mira.Log(run, "m", Enumerable.Range(0, 500).Select(i => new Point(i * 2, i, i)));
        var query = $"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m";
        Assert.Equal([100, 102, 104, 106, 108, 110], Points(await _mira.Get($"{query}&start_step=100&end_step=110")).Select(p => p.Step));
        Assert.Equal([100], Points(await _mira.Get($"{query}&start_step=99&end_step=101")).Select(p => p.Step));
        (await _mira.Get($"{query}&start_step=101&end_step=101")).Is("{}");
        (await _mira.Get($"{query}&start_step=5000&end_step=6000")).Is("{}");
        (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=none")).Is("{}");
        Assert.Equal(500, Points(await _mira.Get($"{query}&start_step={long.MinValue}&end_step={long.MaxValue}&max_results=2500")).Count());
    }

    [Fact]
    public async Task Of_a_very_long_history_a_sample_is_as_even_and_as_small()
    {
        var (run, other) = (await _mira.NewRun(), await _mira.NewRun());
        await _mira.Log(run, "m", Enumerable.Range(0, 25_000).Select(i => new Point(i * 3, i, i)));
        await _mira.Log(other, "m", [new(-7, 1, 0), new(90_001, 1, 0)]);
        var points = Points(await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}&run_ids={other}&metric_key=m&max_results=100")).ToArray();
        var steps = points.Where(p => p.Run == run).Select(p => p.Step).ToArray();
        Assert.Equal((0, 74_997), (steps.Min(), steps.Max()));
        Assert.InRange(steps.Length, 70, 104);
        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 2000));
        Assert.All(points.Where(p => p.Run == run), p => Assert.Equal(p.Step / 3.0, p.Value));
        Assert.Equal([-7, 90_001], points.Where(p => p.Run == other).Select(p => p.Step));
        Assert.Equal(25_000, (await _mira.History(run, "m", 10_000)).Distinct().Count());
    }

    [Theory]
    [InlineData("start_step=1", "both")]
    [InlineData("end_step=1", "both")]
    [InlineData("start_step=5&end_step=4", "end_step")]
    [InlineData("max_results=0", "max_results")]
    [InlineData("max_results=2501", "max_results")]
    [InlineData("start_step=a&end_step=b", "start_step")]
    public async Task What_is_wrong_with_a_sample_is_said(string query, string says)
    {
        var run = await _mira.NewRun();
        (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m&{query}")).Invalid(says);
    }

    [Fact]
    public async Task A_sample_needs_runs_and_a_key_and_takes_a_hundred_runs()
    {
        var run = await _mira.NewRun();
        await _mira.Log(run, "m", [new(1, 1, 1)]);
        (await _mira.Get("metrics/get-history-bulk-interval?metric_key=m")).Invalid("run_ids");
        (await _mira.Get($"metrics/get-history-bulk-interval?run_ids={run}")).Invalid("metric_key");
        (await _mira.Get($"metrics/get-history-bulk-interval?metric_key=m&{string.Join('&', Enumerable.Repeat($"run_ids={run}", 101))}")).Invalid("100");
        Assert.Single(Points(await _mira.Get($"metrics/get-history-bulk-interval?metric_key=m&{string.Join('&', Enumerable.Repeat($"run_ids={run}", 100))}")));
        (await _mira.Get($"metrics/get-history-bulk-interval?metric_key=m&run_ids={run}&run_ids={new string('0', 32)}")).Missing();
    }
}
