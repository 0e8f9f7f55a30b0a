using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>Panels that take one value from each run.</summary>
public sealed class PlotPanelTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<(string Experiment, List<string> Runs)> Sweep(int count = 12)
    {
        var experiment = await _mira.NewExperiment();
        var runs = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var run = await _mira.NewRun(experiment, $"run {i}");
            runs.Add(run);
            (await _mira.Post("runs/log-batch", new
            {
                run_id = run,
                @params = new[] { new { key = "lr", value = $"{Math.Pow(10, -1 - i % 4):R}" }, new { key = "opt", value = i % 2 == 0 ? "adam" : "<b>sgd" }, new { key = "same", value = "1" } },
                metrics = new[] { new { key = "acc", value = .9 - .1 * (i % 4) + .001 * i, timestamp = 1L, step = 1L }, new { key = "noise", value = i * 7919 % 13 * 1d, timestamp = 1L, step = 1L } },
            })).Is("{}");
        }
        (await _mira.Post("runs/log-metric", new { run_id = runs[0], key = "acc", value = "NaN", timestamp = 2, step = 2 })).Ok();
        return (experiment, runs);
    }

    private static string Panel(string experiment, string kind, params (string Name, string Value)[] settings) =>
        $"/experiments/{experiment}/charts/panel?panel=test&kind={kind}&size=l&" + string.Join('&', settings.Select(s => $"p.{s.Name}={Uri.EscapeDataString(s.Value)}"));

    [Fact]
    public async Task Every_kind_draws_the_runs_that_the_filter_leaves()
    {
        var (experiment, runs) = await Sweep();
        var viewer = await world.Visit(world.Cast.Viewer);
        async Task<Shown> Draw(string kind, params (string, string)[] settings)
        {
            var shown = await viewer.Ask(Panel(experiment, kind, settings));
            Assert.True(shown.Status == HttpStatusCode.OK, $"{kind} answered {shown.Status}");
            Assert.Empty(shown.Page.QuerySelectorAll("script, [style], b"));
            return shown;
        }
        var scatter = await Draw("scatter", ("x", "params.lr"), ("y", "acc"), ("by", "params.opt"), ("scale", "x"));
        Assert.Equal(11, scatter.Page.QuerySelectorAll(".chart-data tbody tr").Length);
        Assert.Contains("11 of 12", scatter.Text("figcaption"), StringComparison.Ordinal);
        Assert.Contains("<b>sgd", scatter.Text(".legend"), StringComparison.Ordinal);
        Assert.Equal(12, (await Draw("bar", ("y", "max(metrics.acc)"))).Page.QuerySelectorAll(".chart-data tbody tr").Length);
        var grouped = await Draw("bar", ("y", "metrics.acc"), ("by", "params.opt"));
        Assert.Equal(2, grouped.Page.QuerySelectorAll(".chart-data tbody tr").Length);
        Assert.Equal(4, (await Draw("box", ("y", "acc"), ("by", "params.lr"), ("shape", "violin"))).Page.QuerySelectorAll(".chart-data tbody tr").Length);
        Assert.Contains("12 runs", (await Draw("histogram", ("y", "noise"))).Text("figcaption"), StringComparison.Ordinal);
        var parallel = await Draw("parallel", ("y", "acc"));
        Assert.Equal(["lr", "opt", "acc"], parallel.Page.QuerySelectorAll(".chart-data thead th").Skip(1).Select(t => t.TextContent));
        Assert.Equal(11, parallel.Page.QuerySelectorAll(".strand").Length);
        var heat = await Draw("correlation", ("columns", "params.lr, acc, noise, params.opt"));
        Assert.Equal(["lr", "acc", "noise"], heat.Page.QuerySelectorAll(".chart-data tbody th").Select(t => t.TextContent));
        var importance = await Draw("importance", ("y", "acc"));
        Assert.Equal(["lr", "opt"], importance.Page.QuerySelectorAll("tbody th").Select(t => t.TextContent));
        Assert.Equal("1.00", importance.Page.QuerySelectorAll("tbody tr")[0].QuerySelectorAll("td")[1].TextContent);
        // The page's filter and what is hidden on it.
        var filtered = await viewer.Ask(Panel(experiment, "histogram", ("y", "noise")) + "&filter=" + Uri.EscapeDataString("params.opt = 'adam'"));
        Assert.Contains("6 runs", filtered.Text("figcaption"), StringComparison.Ordinal);
        // Ids begin with the time, so what tells runs of one sweep apart is their end.
        Assert.Contains("11 runs", (await viewer.Ask(Panel(experiment, "histogram", ("y", "noise")) + $"&hide={runs[3][^8..]}")).Text("figcaption"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_stand_in_a_row_for_each_run_and_a_column_for_each_step()
    {
        var (experiment, runs) = await Sweep(2);
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
        async Task Put(string run, string path) => (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/{path}", png)).Ok();
        foreach (var step in (int[])[1, 10, 2])
            await Put(runs[0], $"images/dog%25step%25{step}%25timestamp%25179518389095{step}%250a1b2c3d-0000-4000-8000-00000000000{step % 10}.png");
        await Put(runs[1], "images/dog+step+10+timestamp+1795183890954+0a1b2c3d-0000-4000-8000-000000000001.png");
        await Put(runs[1], "out/epoch-3.png");
        await Put(runs[1], "out/epoch-x.png");
        var viewer = await world.Visit(world.Cast.Viewer);
        var grid = await viewer.Ask(Panel(experiment, "images", ("key", "dog")));
        Assert.Equal(["1", "2", "10"], grid.Page.QuerySelectorAll("thead th").Skip(1).Select(t => t.TextContent));
        Assert.Equal(4, grid.Page.QuerySelectorAll("img").Length);
        foreach (var image in grid.Page.QuerySelectorAll("img"))
            Assert.Equal(HttpStatusCode.OK, (await viewer.Ask(image.GetAttribute("src")!)).Status);
        Assert.Equal(["3"], (await viewer.Ask(Panel(experiment, "images", ("key", "out/epoch-*.png")))).Page.QuerySelectorAll("thead th").Skip(1).Select(t => t.TextContent));
        Assert.Empty((await viewer.Ask(Panel(experiment, "images", ("key", "../../*.png")))).Page.QuerySelectorAll("img"));
    }

    [Fact]
    public async Task What_names_nothing_is_not_found_and_what_is_empty_says_so()
    {
        var (experiment, _) = await Sweep(2);
        var viewer = await world.Visit(world.Cast.Viewer);
        foreach (var kind in (string[])["scatter", "bar", "box", "histogram", "parallel", "importance", "images"])
            Assert.Equal(HttpStatusCode.NotFound, (await viewer.Ask(Panel(experiment, kind))).Status);
        foreach (var kind in (string[])["bar", "histogram", "parallel", "importance"])
            Assert.Equal(HttpStatusCode.OK, (await viewer.Ask(Panel(experiment, kind, ("y", "metrics.never")))).Status);
        var stan = await world.Visit(world.Cast.Stranger);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask(Panel(experiment, "histogram", ("y", "acc")))).Status);
    }
}
