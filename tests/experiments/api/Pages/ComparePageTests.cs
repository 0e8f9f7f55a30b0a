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
        Assert.Contains("first 6", page.Words(".compare-page > .notice"), StringComparison.Ordinal);
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
}
