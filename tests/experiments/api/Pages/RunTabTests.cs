using System.Net;
namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>The tabs of a run's page beside its charts and files.</summary>
public sealed class RunTabTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string> New(Dictionary<string, string>? parameters = null, Dictionary<string, string>? tags = null, string? experiment = null, long start = 1_700_000_000_000)
    {
        var run = await _mira.NewRun(experiment ?? await _mira.NewExperiment(), start: start);
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = (parameters ?? []).Select(p => new { key = p.Key, value = p.Value }), tags = (tags ?? []).Select(t => new { key = t.Key, value = t.Value }) })).Is("{}");
        return run;
    }

    private async Task<AngleSharp.Html.Dom.IHtmlDocument> Tab(string run, string query) => await (await world.Visit(world.Cast.Viewer)).Get($"/experiments/runs/{run}?tab={query}");

    [Fact]
    public async Task Metrics_are_a_table_with_where_they_were_best()
    {
        var run = await New();
        await _mira.Log(run, "loss", [new(0, 1, 3), new(5, 2, 1), new(7, 3, 9), new(9, 4, 2)]);
        await _mira.Log(run, "late", [new(8, 1, 4)]);
        await _mira.Log(run, "none", [new(1, 1, double.NaN)]);
        var page = await Tab(run, "metrics");
        string[] Row(AngleSharp.Html.Dom.IHtmlDocument of, string key) => [.. of.QuerySelectorAll(".metrics tbody tr").Single(r => r.QuerySelector("th")!.TextContent == key).QuerySelectorAll("td").Take(4).Select(c => string.Join(' ', c.Children.Select(p => p.TextContent.Trim())) is { Length: > 0 } parts ? parts : c.TextContent.Trim())];
        Assert.Equal(["2 9", "1 5", "9 7", "4"], Row(page, "loss"));
        Assert.Equal(["NaN 1", "none", "none", "1"], Row(page, "none"));
        var at = await Tab(run, "metrics&at=6");
        Assert.Equal("1 5", Row(at, "loss")[0].Trim());
        Assert.Equal("none yet", Row(at, "late")[0]);
        Assert.Equal(["late"], (await Tab(run, "metrics&q=LAT")).QuerySelectorAll(".metrics th[scope=row]").Select(h => h.TextContent));
        Assert.Contains("None of its 3 metrics", (await Tab(run, "metrics&q=zzz")).Words(".empty"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_as_far_apart_as_numbers_go_have_a_trend()
    {
        var run = await New();
        await _mira.Log(run, "far", [new(long.MinValue, 1, 3), new(0, 2, 1), new(long.MaxValue, 3, 9)]);
        Assert.Equal("far", (await Tab(run, "metrics")).Words(".metrics tbody th"));
    }

    [Fact]
    public async Task A_filter_of_twenty_thousand_characters_is_refused_at_its_field()
    {
        var experiment = await _mira.NewExperiment();
        var page = await (await world.Visit(world.Cast.Viewer)).Ask($"/experiments/{experiment}?filter={Uri.EscapeDataString(string.Concat(Enumerable.Repeat("metrics.loss < 3 and ", 1000)))}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("more than 100 clauses", page.Page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_metric_knows_its_extremes_from_its_buckets_and_its_end()
    {
        var run = await New();
        await _mira.Log(run, "m", Enumerable.Range(0, 5000).Select(i => new Point(i, i, i == 17 ? -5 : i == 4999 ? 5 : 0)));
        var admin = await world.Visit(world.Cast.Admin);
        await admin.Send("/admin/jobs/job/experiments.RollUpMetrics?handler=Run", await admin.FormToken());
        await using (var connection = new Npgsql.NpgsqlConnection(world.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var rolled = new Npgsql.NpgsqlCommand("select rolled_points from experiments.series where run_id = $1", connection) { Parameters = { new() { Value = Guid.Parse(run) } } };
            await Until.True(async () => (long)(await rolled.ExecuteScalarAsync())! > 4000, "the metric is rolled up");
        }
        var page = await Tab(run, "metrics");
        Assert.Equal(["4,999", "17", "4,999"], page.QuerySelectorAll(".metrics tbody small").Select(s => s.TextContent));
    }

    [Fact]
    public async Task Many_metrics_come_page_by_page()
    {
        var run = await New();
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = Enumerable.Range(0, 120).Select(i => new { key = $"m{i:000}", value = i, timestamp = 1, step = 0 }) })).Is("{}");
        var (seen, address) = (new List<string>(), $"/experiments/runs/{run}?tab=metrics");
        var vito = await world.Visit(world.Cast.Viewer);
        while (address is not null)
        {
            var page = await vito.Get(address);
            seen.AddRange(page.QuerySelectorAll(".metrics th[scope=row]").Select(h => h.TextContent));
            address = page.QuerySelector(".pager a[rel=next]")?.GetAttribute("href");
        }
        Assert.Equal(Enumerable.Range(0, 120).Select(i => $"m{i:000}"), seen);
    }

    [Fact]
    public async Task Parameters_are_held_against_the_run_before_and_the_parent()
    {
        var experiment = await _mira.NewExperiment();
        var parent = await New(new() { ["lr"] = "1", ["only.parent"] = "x" }, experiment: experiment);
        var before = await New(new() { ["lr"] = "2", ["seed"] = "7" }, experiment: experiment, start: 1_700_000_001_000);
        var run = await New(new() { ["lr"] = "2", ["seed"] = "8" }, new() { ["mlflow.parentRunId"] = parent }, experiment, 1_700_000_002_000);
        string[] Differing(AngleSharp.Html.Dom.IHtmlDocument page) => [.. page.QuerySelectorAll($"#run-params-{run} .differs dt").Select(d => d.GetAttribute("title")!).Order()];
        Assert.Equal(["lr", "seed"], Differing(await Tab(run, "params")));
        Assert.Equal(["lr", "only.parent", "seed"], Differing(await Tab(run, "params&differs=1")));
        var previous = await Tab(run, "params&against=previous");
        Assert.Equal(["seed"], Differing(previous));
        Assert.Equal("was 7", previous.Words($"#run-params-{run} .differs del"));
        // The first of its experiment has nothing to be held against.
        Assert.Null((await Tab(parent, "params")).QuerySelector("select[name=against], .differs"));
        Assert.NotEqual(before, run);
    }

    [Fact]
    public async Task Its_code_is_shown_with_what_was_not_committed()
    {
        var run = await New(tags: new()
        {
            ["mlflow.source.name"] = "train.py",
            ["mlflow.source.git.repoURL"] = "javascript:alert(1)",
            ["mlflow.source.git.commit"] = "0123456789abcdef",
            ["mlflow.source.git.diff"] = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@\n same\n-<b>old</b>\n+<script>new</script>\n",
        });
        var experiment = (await _mira.Run(run)).At("info.experiment_id").GetString();
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/model/conda.yaml", new StringContent("name: <script>env"))).Is("{}");
        var page = await Tab(run, "code");
        Assert.Equal(("<b>old</b>", "<script>new</script>"), (page.QuerySelector(".patch del")!.TextContent, page.QuerySelector(".patch ins")!.TextContent));
        Assert.Contains("name: <script>env", page.Words("section[aria-label='model/conda.yaml']"), StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll(".code-page script, .code-page b:not(summary b), .code-page a[href^=javascript]"));
        Assert.NotNull((await Tab(await New(), "code")).QuerySelector(".code-page .empty"));
    }

    [Fact]
    public async Task About_holds_datasets_models_and_checkpoints()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "val/loss", [new(0, 1, 3), new(100, 2, 1.5), new(200, 3, 1.25)]);
        (await _mira.Post("runs/log-inputs", new { run_id = run, datasets = new[] { new { tags = new[] { new { key = "mlflow.data.context", value = "training" } }, dataset = new { name = "set", digest = "d1", source_type = "http", source = """{"url": "u"}""", schema = """{"cols": ["a"]}""", profile = """{"rows": 5}""" } } } })).Is("{}");
        var model = (await _mira.Post("logged-models", new { experiment_id = experiment, name = "net", source_run_id = run, @params = new[] { new { key = "depth", value = "3" } } })).Word("model.info.model_id");
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/models/{model}/artifacts/MLmodel", new StringContent("x"))).Is("{}");
        foreach (var path in (string[])["checkpoints/step-100.pt", "checkpoint-200/a.bin", "checkpoint-200/b.bin", "checkpoints/latest.json", "last.ckpt"])
            (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/{path}", new StringContent("12345"))).Is("{}");
        var page = await Tab(run, "about");
        Assert.Contains("training", page.Words("[aria-label=Datasets]"), StringComparison.Ordinal);
        Assert.Contains("rows", page.Words("#dataset-profile-0"), StringComparison.Ordinal);
        Assert.Contains("depth3", page.Words($"#model-{model}"), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector($"#model-{model} a[href$='/MLmodel']"));
        var rows = page.QuerySelectorAll("section[aria-label=Checkpoints] tbody tr").Select(r => string.Join('|', r.QuerySelectorAll("td").Take(4).Select(c => c.TextContent.Trim()))).ToList();
        Assert.Equal(["checkpoint-200|200|1.250|10 B", "last.ckpt|||5 B", "step-100.pt|100|1.500|5 B"], rows.Order(StringComparer.Ordinal));

        var api = (await _mira.Get($"/api/v1/runs/{run}/checkpoints?per_page=2")).Ok().Json;
        Assert.Equal((3, 2), (api.At("meta.total").GetInt32(), api.At("data").GetArrayLength()));
        var folder = (await _mira.Get($"/api/v1/runs/{run}/checkpoints")).Json.At("data").EnumerateArray().Single(c => c.At("path").GetString() == "checkpoint-200");
        Assert.Equal((10, 2, 200, 1.25), (folder.At("size_bytes").GetInt32(), folder.At("files").GetInt32(), folder.At("step").GetInt32(), folder.At("metric.value").GetDouble()));
        Assert.Equal(404, (await new Tracker(world.Client(world.Cast.Stranger)).Get($"/api/v1/runs/{run}/checkpoints")).Status);
        Assert.Equal(422, (await _mira.Get($"/api/v1/runs/{run}/checkpoints?per_page=0")).Status);
    }
}
