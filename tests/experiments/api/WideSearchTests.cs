using Crucible.Experiments.Api.Tests.Pages;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Aggregates, relative times and completion, over runs that a client logged.</summary>
public sealed class WideSearchTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string> Run(string experiment, string name, long start, object? parameters = null, object? tags = null, params (string Key, double[] Values)[] metrics)
    {
        var run = await _mira.NewRun(experiment, name, start);
        static IEnumerable<object> Pairs(object? of) => of?.GetType().GetProperties().Select(p => (object)new { key = p.Name, value = (string)p.GetValue(of)! }) ?? [];
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = Pairs(parameters), tags = Pairs(tags) })).Is("{}");
        foreach (var (key, values) in metrics)
            await _mira.Log(run, key, values.Select((v, i) => new Point(i, i, v)));
        return run;
    }

    private async Task<string> Names(string experiment, string filter) =>
        string.Join(' ', (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter, order_by = new[] { "run_name" } })).Each("runs", "info.run_name"));

    [Fact]
    public async Task An_aggregate_is_of_every_point_once()
    {
        var experiment = await _mira.NewExperiment();
        var a = await Run(experiment, "a", 1, null, null, ("loss", [1, 0.25, 0.4]));
        await Run(experiment, "b", 2, null, null, ("loss", [0.5, double.NaN, 2, 1.7e308]));
        await Run(experiment, "c", 3, null, null, ("loss", [double.NaN]));
        // Again, all of it and one more: what is there already adds nothing to the mean.
        await _mira.Log(a, "loss", [new(0, 0, 1), new(1, 1, 0.25), new(2, 2, 0.4), new(2, 2, 0.4)]);
        Assert.Equal("a", await Names(experiment, "min(metrics.loss) < 0.3"));
        Assert.Equal("b", await Names(experiment, "max(metrics.loss) > 1"));
        Assert.Equal("a", await Names(experiment, "mean(metrics.loss) BETWEEN 0.5499 AND 0.5501"));
        Assert.Equal("b", await Names(experiment, "mean(metrics.loss) = 1.25"));
        Assert.Equal("c", await Names(experiment, "mean(metrics.loss) IS NULL AND metrics.loss IS NOT NULL"));
        Assert.Equal("a b", await Names(experiment, "last(metrics.loss) > 0 OR max(metrics.loss) > 5"));
        await _mira.Log(a, "loss", [new(3, 3, 8.35)]);
        Assert.Equal("a", await Names(experiment, "mean(metrics.loss) BETWEEN 2.4999 AND 2.5001"));
    }

    [Fact]
    public async Task A_relative_time_moves_with_the_clock()
    {
        var experiment = await _mira.NewExperiment();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        await Run(experiment, "old", now - 9 * 86_400_000L);
        await Run(experiment, "recent", now - 3_600_000);
        Assert.Equal("recent", await Names(experiment, "start_time > -7d"));
        Assert.Equal("old", await Names(experiment, "start_time <= -1w"));
        Assert.Equal("old recent", await Names(experiment, "start_time > -2h OR start_time < -8d"));
        Assert.Equal("recent", await Names(experiment, "duration BETWEEN 59m AND 2h"));
    }

    [Fact]
    public async Task What_is_typed_is_completed_with_what_the_experiment_holds()
    {
        var experiment = await _mira.NewExperiment();
        await Run(experiment, "a", 1, new { optimizer = "adam", lr = "0.1" }, new { team = "it's" }, ("val loss", [1]), ("loss", [1]));
        var visitor = await world.Visit(world.Cast.Member);
        Assert.Contains("metrics.loss ", await Options("lo"));
        Assert.Contains("metrics.`val loss` ", await Options("metrics.val"));
        Assert.Contains("start_time ", await Options("st"));
        Assert.Contains("params.optimizer ", await Options("lost = true AND (opt"));
        Assert.Equal(["metrics.loss) ", "metrics.`val loss`) "], await Options("min("));
        Assert.Contains("LIKE ", await Options("params.optimizer "));
        Assert.DoesNotContain("LIKE ", await Options("metrics.loss "));
        Assert.Equal(["'adam' "], await Options("params.optimizer = "));
        Assert.Equal(["0.1 "], await Options("params.lr <= "));
        Assert.Equal(["'it''s' "], await Options("tags.team = 'i"));
        Assert.Contains("'running' ", await Options("status = "));
        Assert.Contains("-7d ", await Options("start_time > "));
        Assert.Equal(["true ", "false "], await Options("archived = "));
        Assert.Equal(["AND ", "OR "], await Options("metrics.loss < 1 "));
        Assert.Empty(await Options("nothing.at all"));
        var answer = await visitor.Ask($"/experiments/{experiment}/complete?text={Tracker.Q("opt = 1")}&at=3");
        Assert.Equal(("0", "3"), (answer.Page.QuerySelector("ul")!.GetAttribute("data-from"), answer.Page.QuerySelector("ul")!.GetAttribute("data-until")));
        Assert.Equal(System.Net.HttpStatusCode.OK, (await visitor.Ask($"/experiments/{experiment}/complete?text={Tracker.Q(new string('(', 1_000))}&at=-5")).Status);
        // Another team learns nothing, not even that it is there.
        var stranger = await world.Visit(world.Cast.Stranger);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await stranger.Ask($"/experiments/{experiment}/complete?text=opt")).Status);
        (await new Tracker(world.Client(world.Cast.Stranger)).Post("runs/search", new { experiment_ids = new[] { experiment }, filter = "metrics.loss > 0 OR NOT metrics.loss > 0" })).Is("{}");

        async Task<string[]> Options(string text) =>
            [.. (await visitor.Ask($"/experiments/{experiment}/complete?text={Tracker.Q(text)}")).Page.QuerySelectorAll("[role=option]").Select(o => o.GetAttribute("data-value")!)];
    }

    [Fact]
    public async Task The_field_is_a_combobox_that_works_without_script_and_marks_the_word_that_is_wrong()
    {
        var experiment = await _mira.NewExperiment();
        await Run(experiment, "good", 1, null, null, ("loss", [1]));
        await Run(experiment, "bad", 2);
        var visitor = await world.Visit(world.Cast.Member);
        var page = await visitor.Ask($"/experiments/{experiment}?filter={Tracker.Q("metrics.loss IS NULL OR lost = true")}&sort=run_name");
        Assert.Equal(["bad"], page.Page.QuerySelectorAll("tr[data-row] .name a").Select(h => h.TextContent.Trim()));
        var field = page.Page.QuerySelector("form[role=search][method=get] input[role=combobox][name=filter]")!;
        Assert.Equal($"/experiments/{experiment}/complete", field.GetAttribute("data-complete"));
        Assert.NotNull(page.Page.GetElementById(field.GetAttribute("aria-controls")!));
        Assert.Equal("run_name", page.Page.QuerySelector("form[role=search] input[type=hidden][name=sort]")!.GetAttribute("value"));
        Assert.Contains("start_time > -7d", page.Text("#run-search-help"), StringComparison.Ordinal);
        var wrong = await visitor.Ask($"/experiments/{experiment}?filter={Tracker.Q("metrics.loss < abc OR lost = true")}");
        Assert.Equal("abc", wrong.Text("#run-filter-error mark"));
        Assert.Equal("run-filter-error", wrong.Page.QuerySelector("#run-search[aria-invalid=true]")!.GetAttribute("aria-describedby"));
    }
}
