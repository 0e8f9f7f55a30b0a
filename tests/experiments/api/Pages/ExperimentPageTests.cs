using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>The list of experiments and the page of one, with its run table.</summary>
public sealed class ExperimentPageTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static IEnumerable<string> Rows(Shown page) => page.Page.QuerySelectorAll("tr[data-row] .name a").Select(a => a.TextContent.Trim());

    [Fact]
    public async Task The_list_finds_sorts_and_counts()
    {
        var mark = Tracker.Unique("L");
        var (first, second) = (await _mira.NewExperiment($"{mark} b"), await _mira.NewExperiment($"{mark} A"));
        var run = await _mira.NewRun(first);
        await _mira.NewRun(first);
        (await _mira.Post("runs/update", new { run_id = run, status = "FAILED" })).Ok();
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = second, key = "team", value = "<i>vision</i>" })).Ok();
        var mira = await world.Visit(world.Cast.Member);
        Assert.Equal([$"{mark} A", $"{mark} b"], Rows(await mira.Ask($"/experiments?q={mark}&sort=name")));
        Assert.Equal([$"{mark} b"], Rows(await mira.Ask($"/experiments?q={mark}%20B")));
        var list = await mira.Get($"/experiments?q={mark}");
        Assert.Contains("1 run", list.Words($"#experiment-row-{first}"), StringComparison.Ordinal);
        Assert.Equal("2", list.Words($"#experiment-row-{first} td[data-runs]"));
        Assert.Contains("1 of 2", list.Words($"#experiment-row-{first} td.ended"), StringComparison.Ordinal);
        Assert.Contains("<i>vision</i>", list.Words($"#experiment-row-{second} .tags"), StringComparison.Ordinal);
        Assert.Contains("Nothing matches", (await mira.Get($"/experiments?q={mark}%25")).Words("#experiments-list"), StringComparison.Ordinal);
        foreach (var odd in (string[])["?sort=nothing", "?after=x&afterId=y", "?after=9&sort=name", "?q=_%25", "?view=x"])
            Assert.True((int)(await mira.Ask("/experiments" + odd)).Status < 500, odd);
    }

    [Fact]
    public async Task An_experiment_is_made_deleted_and_restored_in_the_list()
    {
        var name = Tracker.Unique("made");
        var mira = await world.Visit(world.Cast.Member);
        var made = await mira.Press("/experiments/new", "form.new-experiment", ("name", $" {name} "));
        Assert.Equal(name, made.Text("h1"));
        var id = (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Word("experiment.experiment_id");
        Assert.Equal($"/experiments/{id}/overview", made.Address);
        await mira.Press($"/experiments?q={name}", "#experiment-bulk form[action$='handler=Delete']", ("ids", id));
        Assert.Equal("deleted", (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.lifecycle_stage"));
        Assert.False((await mira.Ask($"/experiments?q={name}")).Has($"#experiment-row-{id}"));
        await mira.Press($"/experiments?q={name}&view=deleted", "#experiment-bulk form[action$='handler=Restore']", ("ids", id));
        Assert.Equal("active", (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.lifecycle_stage"));
    }

    [Fact]
    public async Task It_shows_its_runs_with_their_last_values_and_filters_and_sorts_them()
    {
        var experiment = await _mira.NewExperiment();
        var (good, bad) = (await _mira.NewRun(experiment, "good", 1_700_000_000_000), await _mira.NewRun(experiment, "<bad>", 1_700_000_001_000));
        await _mira.Log(good, "loss", [new(1, 1, 0.5), new(2, 2, 0.125)]);
        await _mira.Log(bad, "loss", [new(1, 1, 0.75)]);
        foreach (var (run, value) in ((string, string)[])[(good, "adam"), (bad, "sgd")])
            (await _mira.Post("runs/log-parameter", new { run_id = run, key = "optimizer", value })).Is("{}");
        var mira = await world.Visit(world.Cast.Viewer);
        var path = $"/experiments/{experiment}";
        var page = await mira.Ask(path);
        Assert.Equal(["<bad>", "good"], Rows(page));
        Assert.Equal("0.125", page.Page.QuerySelector($"#run-row-{good} data[data-metric=loss]")!.GetAttribute("value"));
        Assert.Contains("adam", page.Text($"#run-row-{good}"), StringComparison.Ordinal);
        Assert.Contains("2 runs", page.Text($"#experiment-head-{experiment}"), StringComparison.Ordinal);
        Assert.Contains("0.125", page.Text($"#experiment-head-{experiment}"), StringComparison.Ordinal);
        Assert.Equal(["good"], Rows(await mira.Ask($"{path}?filter={Tracker.Q("metrics.loss < 0.3 and params.optimizer = 'adam'")}")));
        Assert.Equal(["<bad>"], Rows(await mira.Ask($"{path}?filter=bad")));
        Assert.Equal(["good", "<bad>"], Rows(await mira.Ask($"{path}?sort=metrics.loss")));
        Assert.Equal(["<bad>", "good"], Rows(await mira.Ask($"{path}?sort=-metrics.loss")));
        Assert.Equal(["<bad>", "good"], Rows(await mira.Ask($"{path}?sort=nonsense%60")));
        Assert.Empty(Rows(await mira.Ask($"{path}?status=failed")));
        Assert.Equal(["<bad>", "good"], Rows(await mira.Ask($"{path}?status=running")));
        Assert.Empty((await mira.Ask($"{path}?columns=params.optimizer")).Page.QuerySelectorAll("data[data-metric=loss]"));
    }

    [Theory]
    [InlineData("metrics.loss <")]
    [InlineData("metrics.loss < 'a'")]
    [InlineData("nothing.loss < 1")]
    [InlineData("params.x = '<script>alert(1)</script>' or")]
    public async Task A_filter_that_cannot_be_read_is_a_sentence_and_the_place_is_marked(string filter)
    {
        var experiment = await _mira.NewExperiment();
        await _mira.NewRun(experiment);
        var viewer = await world.Visit(world.Cast.Viewer);
        foreach (var part in (string[])["", "&part=table"])
        {
            var page = await viewer.Ask($"/experiments/{experiment}?filter={Tracker.Q(filter)}{part}");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
            Assert.True(page.Text("#run-filter-error[role=alert] .error").Length > 15);
            Assert.Equal(filter, page.Page.QuerySelector("#run-filter-error pre")!.TextContent.Replace("▏", "", StringComparison.Ordinal));
            Assert.True(page.Has("#run-filter-error mark"));
            Assert.Equal(filter, page.Page.QuerySelector("input[name=filter]")!.GetAttribute("value"));
            Assert.Empty(page.Page.QuerySelectorAll("tr[data-row], #run-filter-error script"));
        }
    }

    [Fact]
    public async Task It_is_renamed_noted_deleted_and_restored()
    {
        var mira = await world.Visit(world.Cast.Member);
        var (taken, experiment) = (Tracker.Unique("taken"), await _mira.NewExperiment());
        await _mira.NewExperiment(taken);
        var (path, name) = ($"/experiments/{experiment}", Tracker.Unique("renamed"));
        var run = await _mira.NewRun(experiment);
        var page = await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", name));
        Assert.Equal((HttpStatusCode.OK, path, name), (page.Status, page.Address, page.Text("h1")));
        page = await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", taken));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, taken), (page.Status, page.Page.QuerySelector("#experiment-name")!.GetAttribute("value")));
        Assert.Contains("exists", page.Text("#experiment-name-note[role=alert]"), StringComparison.Ordinal);
        page = await mira.Press(path + "?edit=note", "form[action*='handler=Note']", ("text", "*why* <script>x</script> [j](javascript:x)"));
        Assert.Equal("why", page.Text($"#experiment-note-{experiment} em"));
        Assert.Empty(page.Page.QuerySelectorAll($"#experiment-note-{experiment} :is(script, a[href^=javascript])"));
        Assert.Equal(name, (await _mira.Get($"experiments/get?experiment_id={experiment}")).Word("experiment.name"));

        page = await mira.Press(path, "#experiment-more button[formaction$='handler=Delete']");
        Assert.Contains("deleted", page.Text($"#experiment-head-{experiment} .notice"), StringComparison.Ordinal);
        Assert.Equal("deleted", (await _mira.Run(run)).At("info.lifecycle_stage").GetString());
        page = await mira.Press(path, "#experiment-more button[formaction$='handler=Restore']");
        Assert.False(page.Has($"#experiment-head-{experiment} .notice"));
        Assert.Equal("active", (await _mira.Run(run)).At("info.lifecycle_stage").GetString());
    }

    [Fact]
    public async Task Selected_runs_are_deleted_and_restored_together()
    {
        var mira = await world.Visit(world.Cast.Member);
        var experiment = await _mira.NewExperiment();
        var (one, two, three) = (await _mira.NewRun(experiment, "one"), await _mira.NewRun(experiment, "two"), await _mira.NewRun(experiment, "three"));
        var path = $"/experiments/{experiment}";
        var page = await mira.Press(path, "#run-act button[value=trash]", ("ids", one), ("ids", two), ("ids", "none"));
        Assert.Equal(["three"], Rows(page));
        Assert.Equal("deleted", (await _mira.Run(one)).At("info.lifecycle_stage").GetString());
        Assert.Equal(["one", "two"], Rows(await mira.Ask(path + "?view=deleted")).Order());
        page = await mira.Press(path + "?view=trash", "#run-act button[value=restore]", ("ids", two));
        Assert.Equal(["one"], Rows(page));
        Assert.Equal(["three", "two"], Rows(await mira.Ask(path)).Order());
        Assert.Equal("active", (await _mira.Run(two)).At("info.lifecycle_stage").GetString());
        Assert.Equal("active", (await _mira.Run(three)).At("info.lifecycle_stage").GetString());
    }

    [Fact]
    public async Task Every_run_is_on_one_of_its_pages_once()
    {
        var experiment = await _mira.NewExperiment();
        var names = Enumerable.Range(0, 103).Select(i => $"run {i:000}").ToList();
        foreach (var (name, i) in names.Select((n, i) => (n, i)))
            await _mira.NewRun(experiment, name, 1_700_000_000_000 + (i / 10));
        var viewer = await world.Visit(world.Cast.Viewer);
        var (next, seen) = ((string?)$"/experiments/{experiment}", new List<string>());
        for (var pages = 0; next is not null; pages++)
        {
            Assert.InRange(pages, 0, 2);
            var page = await viewer.Ask(next);
            seen.AddRange(Rows(page));
            next = page.Page.QuerySelector(".more-rows a")?.GetAttribute("href");
        }
        Assert.Equal(names, seen.Order());
    }
}
