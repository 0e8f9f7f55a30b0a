using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>Runs side by side.</summary>
public sealed class ComparePageTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Fact]
    public async Task Curves_are_overlaid_and_parameters_that_differ_are_shown()
    {
        var experiment = await _mira.NewExperiment();
        string[] runs = [await _mira.NewRun(experiment, "one"), await _mira.NewRun(experiment, "two")];
        foreach (var (run, lr) in runs.Zip((string[])["0.1", "0.2"]))
        {
            await _mira.Log(run, "loss", [new(1, 1, 0.5), new(2, 2, double.Parse(lr, System.Globalization.CultureInfo.InvariantCulture))]);
            (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "lr", value = lr }, new { key = "same", value = "equal" } } })).Is("{}");
        }
        var viewer = await world.Visit(world.Cast.Viewer);
        var path = $"/experiments/compare?runs={runs[0]},{runs[1]}";
        var page = await viewer.Get(path);
        Assert.Equal(["one", "two"], page.QuerySelectorAll(".compare-runs li[data-series] > a:not(.btn)").Select(a => a.TextContent));
        Assert.Equal(runs.Order(StringComparer.Ordinal), page.QuerySelectorAll("g[data-line][data-series-key=loss]").Select(g => g.GetAttribute("data-run")!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal("0.1", page.QuerySelector("#compare-metrics data.best")!.GetAttribute("value"));
        var text = page.Words(".compare-tables");
        Assert.Contains("lr", text, StringComparison.Ordinal);
        Assert.DoesNotContain("equal", text, StringComparison.Ordinal);
        Assert.Contains("equal", (await viewer.Get(path + "&all=1")).Words(".compare-tables"), StringComparison.Ordinal);
        Assert.Null(page.QuerySelector(".compare-page > .notice"));
        Assert.Empty(page.QuerySelectorAll("main form[method=post], [style], script:not([src]):not([type='application/json'])"));
        // The bulk bar sends one field for each run.
        Assert.Equal(2, (await viewer.Get($"/experiments/compare?runs={runs[0]}&runs={runs[1]}&runs={runs[0]}")).QuerySelectorAll(".compare-runs li[data-series]").Length);
    }

    [Fact]
    public async Task The_seventh_run_is_left_out_and_that_is_said()
    {
        var experiment = await _mira.NewExperiment();
        var runs = new List<string>();
        for (var i = 0; i < 7; i++)
            runs.Add(await _mira.NewRun(experiment, $"run {i}"));
        var viewer = await world.Visit(world.Cast.Viewer);
        var page = await viewer.Get($"/experiments/compare?runs={string.Join(',', runs)}");
        Assert.Equal(runs.Take(6).Select(r => $"/experiments/runs/{r}"), page.QuerySelectorAll(".compare-runs li[data-series] > a:not(.btn)").Select(a => a.GetAttribute("href")));
        Assert.Contains("first 6 of 7", page.Words(".compare-page > .notice"), StringComparison.Ordinal);
        Assert.EndsWith(runs[6], Uri.UnescapeDataString(page.QuerySelector(".compare-page > .notice a")!.GetAttribute("href")!), StringComparison.Ordinal);
        page = await viewer.Get($"/experiments/compare?runs={string.Join(',', runs.Take(6))}");
        Assert.Equal(6, page.QuerySelectorAll(".compare-runs li[data-series]").Length);
        Assert.Null(page.QuerySelector(".compare-page > .notice"));
    }

    [Fact]
    public async Task A_deleted_run_can_still_be_compared_and_an_unknown_one_is_left_out()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/delete", new { run_id = run })).Is("{}");
        var viewer = await world.Visit(world.Cast.Viewer);
        var page = await viewer.Ask($"/experiments/compare?runs={Guid.NewGuid():N},{run},nonsense");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Single(page.Page.QuerySelectorAll(".compare-runs li[data-series]"));
    }

    private async Task<string[]> TwoRuns()
    {
        var experiment = await _mira.NewExperiment();
        string[] runs = [await _mira.NewRun(experiment, "one|a"), await _mira.NewRun(experiment, "two_b")];
        await _mira.Log(runs[0], "loss", [new(1, 1, 0.5), new(2, 2, 0.25)]);
        await _mira.Log(runs[1], "loss", [new(1, 1, 0.5), new(2, 2, double.NaN), new(3, 3, 0.2)]);
        await _mira.Log(runs[0], "acc", [new(1, 1, 0.75)]);
        foreach (var (run, text) in runs.Zip((string[])["a & b", "c,\"d\""]))
            (await _mira.Post("runs/log-batch", new
            {
                run_id = run,
                @params = new[] { new { key = "text", value = text }, new { key = "same", value = "equal" } },
                tags = new[] { new { key = "mlflow.source.git.commit", value = $"{run}00000000" }, new { key = "mlflow.source.git.diff", value = $"+lr = {text}\n common <script>alert(1)</script>" } },
            })).Is("{}");
        return runs;
    }

    [Fact]
    public async Task A_comparison_leaves_as_csv_json_markdown_and_latex()
    {
        var runs = await TwoRuns();
        var path = $"/experiments/compare?handler=Export&runs={runs[0]},{runs[1]}&format=";
        var viewer = await world.Visit(world.Cast.Viewer);
        var csv = (await viewer.Ask(path + "csv")).Html.Split("\r\n");
        Assert.Equal([",one|a,two_b", $"run_id,{runs[0]},{runs[1]}", "status,running,running"], csv[..3]);
        Assert.Contains("loss,0.25,0.2", csv);
        Assert.Contains("acc,0.75,", csv);
        Assert.Contains("text,a & b,\"c,\"\"d\"\"\"", csv);
        Assert.DoesNotContain(csv, line => line.StartsWith("same", StringComparison.Ordinal));
        var markdown = (await viewer.Ask(path + "md")).Html;
        Assert.StartsWith("|  | one\\|a | two\\_b |", markdown, StringComparison.Ordinal);
        Assert.Contains("| loss | 0.25 | **0.2** |", markdown.Replace("0.2500", "0.25", StringComparison.Ordinal).Replace("0.2000", "0.2", StringComparison.Ordinal), StringComparison.Ordinal);
        var latex = (await viewer.Ask(path + "tex")).Html;
        Assert.Contains("\\begin{tabular}{lrr}", latex, StringComparison.Ordinal);
        Assert.Contains("a \\& b", latex, StringComparison.Ordinal);
        Assert.Contains("\\textbf{0.2", latex, StringComparison.Ordinal);
        using var json = System.Text.Json.JsonDocument.Parse((await viewer.Ask(path + "json&all=1")).Html);
        var first = json.RootElement.GetProperty("runs")[0];
        Assert.Equal(0.25, first.GetProperty("metrics").GetProperty("loss").GetProperty("last").GetDouble());
        Assert.Equal("equal", first.GetProperty("params").GetProperty("same").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await viewer.Ask(path + "exe")).Status);
        var stan = await world.Visit(world.Cast.Stranger);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask(path + "csv")).Status);
    }

    [Fact]
    public async Task Code_and_configuration_are_compared_line_by_line()
    {
        var runs = await TwoRuns();
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{await Experiment(runs[0])}/{runs[0]}/artifacts/train.py", new StringContent("a = 1\nb = 2\n"))).Ok();
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{await Experiment(runs[1])}/{runs[1]}/artifacts/train.py", new StringContent("a = 1\nb = 3\n"))).Ok();
        var viewer = await world.Visit(world.Cast.Viewer);
        async Task<Shown> Diff(string what, string order = "") => await viewer.Ask($"/experiments/compare?runs={runs[0]},{runs[1]}&part=diff&what={what}{order}");
        var source = await Diff("source");
        Assert.Contains(source.Page.QuerySelectorAll("del"), d => d.TextContent.Contains("+lr = a & b", StringComparison.Ordinal));
        Assert.Empty(source.Page.QuerySelectorAll("script"));
        Assert.Equal(["text: a & b"], (await Diff("params")).Page.QuerySelectorAll("del").Select(d => d.TextContent));
        var file = await Diff("file:train.py");
        Assert.Equal(["b = 2"], file.Page.QuerySelectorAll("del").Select(d => d.TextContent));
        Assert.Equal(["b = 3"], file.Page.QuerySelectorAll("ins").Select(d => d.TextContent));
        Assert.Equal(["b = 3"], (await Diff("file:train.py", $"&left={runs[1]}&right={runs[0]}")).Page.QuerySelectorAll("del").Select(d => d.TextContent));
        Assert.Contains("file:train.py", file.Page.QuerySelectorAll("option").Select(o => o.GetAttribute("value")));
        Assert.Contains("Neither run has this file", (await Diff("file:../../../secret")).Text("#compare-diff"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_measured_against_one_of_them_and_child_runs_give_error_bars()
    {
        var runs = await TwoRuns();
        var viewer = await world.Visit(world.Cast.Viewer);
        var page = await viewer.Ask($"/experiments/compare?runs={runs[0]},{runs[1]}&base={runs[0]}");
        Assert.Equal("yes", page.Page.QuerySelector("#compare-metrics .delta")!.GetAttribute("data-good"));
        Assert.Contains("(−20 %)", page.Text("#compare-metrics .delta"), StringComparison.Ordinal);
        Assert.Contains("last 10 points", page.Text(".compare-pictures"), StringComparison.Ordinal);
        foreach (var value in (double[])[1, 2, 3])
        {
            var child = (await _mira.Post("runs/create", new { experiment_id = await Experiment(runs[0]), tags = new[] { new { key = "mlflow.parentRunId", value = runs[0] } } })).Word("run.info.run_id");
            await _mira.Log(child, "loss", [new(1, 1, value)]);
        }
        page = await viewer.Ask($"/experiments/compare?runs={runs[0]},{runs[1]}");
        // A series for each run, in its colour: value and deviation of the first run, then of the second.
        var cells = page.Page.QuerySelectorAll(".compare-pictures tbody tr").First(r => r.QuerySelector("th")!.TextContent.Trim() == "loss").QuerySelectorAll("td").Select(c => c.TextContent.Trim());
        Assert.Equal(["2", "1"], cells.Take(2).Select(c => c.TrimEnd('0').TrimEnd('.')));
    }

    private async Task<string> Experiment(string run) => (await _mira.Get($"runs/get?run_id={run}")).Word("run.info.experiment_id");
}
