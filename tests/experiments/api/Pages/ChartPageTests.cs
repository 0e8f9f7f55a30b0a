using System.Globalization;
using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>The charts of an experiment's runs: panels, boards, notes, files.</summary>
public sealed class ChartPageTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static string Panel(string experiment, string key, string more = "") => $"/experiments/{experiment}/charts/panel?panel=p-1&kind=line&p.key={Tracker.Q(key)}{more}";

    private static double Number(Shown panel, string name) => double.Parse(panel.Page.QuerySelector(".plot")!.GetAttribute(name)!, CultureInfo.InvariantCulture);

    private static IEnumerable<Point> Course(int points, Func<int, double> value) => Enumerable.Range(0, points).Select(i => new Point(i, 1_700_000_000_000 + i * 1000L, value(i)));

    [Fact]
    public async Task A_spike_is_never_lost_and_a_zoom_cuts_the_columns_anew()
    {
        var experiment = await _mira.NewExperiment();
        for (var run = 0; run < 8; run++)
            await _mira.Log(await _mira.NewRun(experiment, $"run {run}"), "loss", Course(5000, i => run == 3 && i == 2503 ? 90 : 1 + i % 7 / 10d));
        var mira = await world.Visit(world.Cast.Member);
        foreach (var smooth in (string[])["0", "0.9"])
        {
            var whole = await mira.Ask(Panel(experiment, "loss", $"&w=120&smooth={smooth}"));
            Assert.True(Number(whole, "data-y1") >= 90);
            Assert.Equal(8, whole.Page.QuerySelectorAll("g[data-line]").Length);
            var zoomed = await mira.Ask(Panel(experiment, "loss", $"&w=120&smooth={smooth}&from=2400&to=2600"));
            Assert.Equal((2400, 2600), (Number(zoomed, "data-x0"), Number(zoomed, "data-x1")));
            Assert.True(Number(zoomed, "data-y1") >= 90);
            Assert.True(Number(await mira.Ask(Panel(experiment, "loss", $"&w=120&smooth={smooth}&from=100&to=200")), "data-y1") < 3);
        }
        // 200 steps are fewer than the columns of a wide panel: every point of the zoom is drawn.
        var wide = (await mira.Ask(Panel(experiment, "loss", "&w=1600&smooth=0&from=2400&to=2600"))).Page.QuerySelector("g[data-name='run 3'] .line")!.GetAttribute("d")!;
        Assert.True(wide.Count(c => c is 'l' or 'L') >= 200, wide);
    }

    [Fact]
    public async Task Curves_are_drawn_over_another_metric_by_the_last_value_it_had()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "epoch", [new(10, 1000, 1), new(20, 2000, 2), new(30, 3000, 3)]);
        await _mira.Log(run, "loss", [new(5, 500, 9), new(10, 1000, .5), new(15, 1500, .4), new(29, 2900, .3), new(30, 3000, .2)]);
        var mira = await world.Visit(world.Cast.Member);
        var panel = await mira.Ask(Panel(experiment, "loss", "&x=metrics.epoch&smooth=0"));
        // The point before the first epoch has no place.
        Assert.Equal(["1 0.5", "1 0.4", "2 0.3", "3 0.2"], panel.Page.QuerySelector("g[data-line]")!.GetAttribute("data-points")!.Split(';').Select(p => string.Join(' ', p.Split(' ')[..2])));
        Assert.Equal("epoch", panel.Page.QuerySelector(".plot")!.GetAttribute("data-x-name"));
        var zoomed = await mira.Ask(Panel(experiment, "loss", "&x=metrics.epoch&smooth=0&from=1.5&to=2.5"));
        Assert.Equal((1.5, 2.5), (Number(zoomed, "data-x0"), Number(zoomed, "data-x1")));
        Assert.Contains("0.3", zoomed.Page.QuerySelector("g[data-line]")!.GetAttribute("data-points")!, StringComparison.Ordinal);
        Assert.Contains("nothing", (await mira.Ask(Panel(experiment, "loss", "&x=metrics.nothing"))).Text(".remark"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_filtered_hidden_marked_and_grouped()
    {
        var experiment = await _mira.NewExperiment();
        var runs = new List<string>();
        foreach (var (lr, value) in ((string, double)[])[("0.1", 2), ("0.1", 4), ("0.3", 7)])
        {
            runs.Add(await _mira.NewRun(experiment, $"run {value}"));
            await _mira.Log(runs[^1], "loss", [new(0, 0, value), new(10, 10_000, value)]);
            (await _mira.Post("runs/log-parameter", new { run_id = runs[^1], key = "lr", value = lr })).Ok();
        }
        var mira = await world.Visit(world.Cast.Member);
        async Task<string[]> Lines(string more) => [.. (await mira.Ask(Panel(experiment, "loss", "&smooth=0" + more))).Page.QuerySelectorAll("g[data-line]").Select(g => g.GetAttribute("data-name")!).Order(StringComparer.Ordinal)];
        Assert.Equal(["run 2", "run 4", "run 7"], await Lines(""));
        Assert.Equal(["run 7"], await Lines($"&filter={Tracker.Q("params.lr = '0.3'")}"));
        Assert.Equal(["run 2"], await Lines($"&runs={runs[0]}"));
        Assert.Equal(["run 4", "run 7"], await Lines($"&hide={runs[0][^8..]}"));
        Assert.Equal(["0.1 (2)", "0.3 (1)"], await Lines("&group=params.lr"));
        var grouped = await mira.Ask(Panel(experiment, "loss", "&smooth=0&group=params.lr"));
        Assert.StartsWith("0 3 -", grouped.Page.QuerySelector("g[data-name='0.1 (2)']")!.GetAttribute("data-points")!, StringComparison.Ordinal);
        Assert.NotNull(grouped.Page.QuerySelector("g[data-name='0.1 (2)'] .band"));
        Assert.Null(grouped.Page.QuerySelector("g[data-name='0.3 (1)'] .band"));
        // A look belongs to a run, whatever else is drawn.
        async Task<string?> Colour(string more) => (await mira.Ask(Panel(experiment, "loss", more))).Page.QuerySelector($"g[data-run='{runs[2]}']")!.GetAttribute("data-series");
        Assert.Equal(await Colour(""), await Colour($"&hide={runs[0][^8..]}"));
        Assert.Equal("5", await Colour($"&colour={runs[2][^8..]}-5"));
        var wrong = await mira.Ask($"/experiments/{experiment}/charts?filter={Tracker.Q("metrics.loss <")}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.True(wrong.Text("#board-filter-error").Length > 5);
    }

    [Fact]
    public async Task Odd_data_is_said_in_words()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "nan", Course(5, _ => double.NaN));
        await _mira.Log(run, "one", [new(3, 1000, 4)]);
        await _mira.Log(run, "flat", Course(50, _ => 2));
        await _mira.Log(run, "huge", Course(5, i => i == 2 ? 1e308 : -1e308));
        await _mira.Log(run, "order", [new(5, 1, 5), new(-3, 9, 3), new(0, 4, 0)]);
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = new[] { new { key = "inf", value = (object)"Infinity", timestamp = 1, step = 1 }, new { key = "inf", value = (object)1.5, timestamp = 2, step = 2 } } })).Is("{}");
        var mira = await world.Visit(world.Cast.Member);
        Assert.Contains("Every value is NaN", (await mira.Ask(Panel(experiment, "nan"))).Text(".remark"), StringComparison.Ordinal);
        Assert.Contains("infinite", (await mira.Ask(Panel(experiment, "inf"))).Text(".remark"), StringComparison.Ordinal);
        Assert.True(Number(await mira.Ask(Panel(experiment, "inf")), "data-y1") < 10);
        Assert.True((await mira.Ask(Panel(experiment, "one"))).Has("path.lone"));
        Assert.Equal(-3, Number(await mira.Ask(Panel(experiment, "order")), "data-x0"));
        foreach (var (key, more) in from key in (string[])["nan", "one", "flat", "huge", "order", "inf", "none"] from more in (string[])["&log=1&logx=1", "&smoother=gaussian&smooth=0.9&outliers=1", "&x=time", "&x=metrics.order&logx=1", "&from=9&to=1", "&from=1e300&to=-1e300", "&group=tags.mlflow.runName&spread=error"] select (key, more))
        {
            var panel = await mira.Ask(Panel(experiment, key, more));
            Assert.True(panel.Status == HttpStatusCode.OK && panel.Has("figure .plot"), $"{key}{more} answered {panel.Status}");
            Assert.DoesNotMatch("d=\"[^\"]*(NaN|Infinity|∞)", panel.Html);
        }
    }

    [Fact]
    public async Task Ten_thousand_lines_are_cut_and_the_panel_says_so()
    {
        var experiment = await _mira.NewExperiment();
        for (var r = 0; r < 2; r++)
        {
            var run = await _mira.NewRun(experiment);
            for (var batch = 0; batch < 5; batch++)
                (await _mira.Post("runs/log-batch", new { run_id = run, metrics = Enumerable.Range(batch * 1000, 1000).Select(i => new { key = $"layer{i}/grad", value = 1.0, timestamp = 1, step = 1 }) })).Is("{}");
        }
        var mira = await world.Visit(world.Cast.Member);
        var panel = await mira.Ask(Panel(experiment, "layer*/grad"));
        Assert.Equal(100, panel.Page.QuerySelectorAll("g[data-line]").Length);
        Assert.Contains("100 of 10,000 lines", panel.Text(".remark"), StringComparison.Ordinal);
        Assert.True(panel.Html.Length < 300_000);
        var page = await mira.Ask($"/experiments/{experiment}/charts?metrics=layer77");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Equal(11, page.Page.QuerySelectorAll(".board-place").Length);
        Assert.True((await mira.Ask($"/experiments/{experiment}/charts")).Html.Length < 500_000);
    }

    [Fact]
    public async Task Every_point_is_in_the_file()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment, "=cmd, \"x\"");
        await _mira.Log(run, "loss", Course(3000, i => i / 7d));
        var mira = await world.Visit(world.Cast.Member);
        using var answer = await mira.Http.GetAsync(Panel(experiment, "loss", "&from=5&to=9").Replace("/panel?", "/panel.csv?", StringComparison.Ordinal));
        Assert.Equal("attachment; filename=\"loss.csv\"", answer.Content.Headers.ContentDisposition!.ToString());
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("run_id,run,metric,step,time,value", lines[0]);
        Assert.Equal(3001, lines.Length);
        Assert.Equal($"{run},\"'=cmd, \"\"x\"\"\",loss,2,1700000002000,{2 / 7d:R}", lines[3]);
    }

    [Fact]
    public async Task Boards_are_arranged_kept_and_shared()
    {
        var experiment = await _mira.NewExperiment();
        await _mira.Log(await _mira.NewRun(experiment), "a/one", [new(1, 1, 1)]);
        var (mira, vito) = (await world.Visit(world.Cast.Member), await world.Visit(world.Cast.Viewer));
        var path = $"/experiments/{experiment}/charts";
        var added = await mira.Press(path, "form[action$='handler=AddPanel']", ("kind", "line"), ("line.key", "a/*"), ("title", "All <b>of</b> a"), ("size", "l"));
        Assert.Equal(HttpStatusCode.OK, added.Status);
        Assert.Equal("All <b>of</b> a", added.Text(".board-place[data-added] h2"));
        Assert.DoesNotContain("<b>of", added.Html, StringComparison.Ordinal);
        // Somebody else sees nothing of it until it is shared.
        Assert.False((await vito.Ask(path)).Has(".board-place[data-added]"));
        var saved = await mira.Press(path + "?smooth=0.2", "form[action$='handler=SaveBoard']", ("name", "Layers"), ("shared", "true"));
        Assert.Contains("smooth=0.2", saved.Address, StringComparison.Ordinal);
        var board = saved.Address.Split("board=")[1].Split('&')[0];
        Assert.True((await vito.Ask($"{path}?board={board}")).Has(".board-place[data-added]"));
        Assert.Contains("Layers", (await vito.Ask(path)).Text("#board-choice"), StringComparison.Ordinal);
        var token = await vito.FormToken();
        var hidden = ("panel", "panel=p-1&kind=line&p.key=x");
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{path}?handler=Arrange", ("act", "remove"), hidden, ("query", $"board={board}"), token)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{path}?handler=SaveBoard", ("name", "Mine"), ("shared", "true"), token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await vito.Send($"{path}?handler=SaveBoard", ("name", "Mine"), token)).Status);
        Assert.DoesNotContain("Mine", (await mira.Ask(path)).Text("#board-choice"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await mira.Press(path, "form[action$='handler=SaveBoard']", ("name", " "))).Status);
        var stan = await world.Visit(world.Cast.Stranger);
        foreach (var address in (string[])[path, $"{path}?board={board}", Panel(experiment, "a/one"), Panel(experiment, "a/one").Replace("/panel?", "/panel.csv?", StringComparison.Ordinal), $"{path}?part=notes"])
            Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask(address)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{path}?handler=DeleteBoard", ("board", board), token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await mira.Press($"{path}?board={board}", "#board-delete")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask($"{path}?board={board}")).Status);
    }

    [Fact]
    public async Task Notes_are_written_for_the_team_and_taken_away()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "loss", [new(1, 1, 1)]);
        var (mira, vito) = (await world.Visit(world.Cast.Member), await world.Visit(world.Cast.Viewer));
        var path = $"/experiments/{experiment}/charts";
        await using var listener = await world.Listen(world.Cast.Viewer, $"experiment:{experiment}");
        var token = await mira.FormToken();
        var shown = await mira.Send($"{path}?handler=Note", ("label", "<script>x</script>"), ("axis", "step"), ("x", "12.5"), ("metric", "loss"), token);
        Assert.Equal(HttpStatusCode.OK, shown.Status);
        Assert.Equal($"chart-notes-{experiment}", (await listener.Next("refresh")).Data);
        var note = (await vito.Ask(path)).Page.QuerySelector("[data-note]")!;
        Assert.Equal(("<script>x</script>", "12.5", "loss"), (note.GetAttribute("data-label"), note.GetAttribute("data-x"), note.GetAttribute("data-metric")));
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{path}?handler=Note", ("label", "n"), ("axis", "step"), ("x", "1"), await vito.FormToken())).Status);
        foreach (var (axis, x) in ((string, string)[])[("nothing", "1"), ("step", "NaN"), ("step", "")])
            Assert.Equal(HttpStatusCode.BadRequest, (await mira.Send($"{path}?handler=Note", ("label", "n"), ("axis", axis), ("x", x), token)).Status);
        Assert.True((await mira.Ask($"{path}?part=notes&run={run}")).Has("[data-note]"));
        Assert.Equal(HttpStatusCode.OK, (await mira.Press(path, ".chart-notes form")).Status);
        Assert.False((await mira.Ask(path)).Has("[data-note]"));
    }

    [Fact]
    public async Task One_topic_brings_the_points_of_all_runs_at_work()
    {
        var experiment = await _mira.NewExperiment();
        var runs = new[] { await _mira.NewRun(experiment), await _mira.NewRun(experiment) };
        foreach (var run in runs)
            await _mira.Log(run, "loss", [new(1, 1000, 1)]);
        await using var listener = await world.Listen(world.Cast.Viewer, $"curves:{experiment}");
        Assert.Equal(runs.Order(), new[] { (await listener.Next("greeting")).Data, (await listener.Next("greeting")).Data }.Select(d => runs.Single(d.Contains)).Order());
        await _mira.Log(runs[1], "loss", [new(2, 2000, .5)]);
        var message = (await listener.Next("points")).Data;
        Assert.Contains(runs[1], message, StringComparison.Ordinal);
        Assert.Contains("[2,2000,0.5]", message, StringComparison.Ordinal);
        // The last points come with the end of a run.
        await _mira.Log(runs[0], "loss", [new(3, 3000, .25)]);
        (await _mira.Post("runs/update", new { run_id = runs[0], status = "FINISHED", end_time = 1_700_000_000_000 })).Ok();
        Assert.Contains("[3,3000,0.25]", (await listener.Next("points")).Data, StringComparison.Ordinal);
    }
}
