using System.Globalization;
using System.Net;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>Columns, groups, folds and views of the run table.</summary>
public sealed class RunTableTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static IEnumerable<string> Rows(Shown page) => page.Page.QuerySelectorAll("tr[data-row] .name > a:not(.fold)").Select(a => a.TextContent.Trim());

    private static IEnumerable<string> Heads(Shown page) => page.Page.QuerySelectorAll("th[data-column]").Select(h => h.GetAttribute("data-column")!);

    private static string Cell(Shown page, string run, int column) => string.Join(' ', page.Page.QuerySelectorAll($"#run-row-{run} > td")[column + 2].TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // Rows that come alone are put into a table by the browser that asked.
    private static async Task<IEnumerable<string>> RowsOf(Visitor visitor, string path)
    {
        var part = await visitor.Ask(path);
        return Rows(new(part.Status, part.Address, $"<table><tbody>{part.Html}</tbody></table>"));
    }

    private async Task<(string Experiment, string Path, string Good, string Bad)> Two()
    {
        var experiment = await _mira.NewExperiment();
        var (good, bad) = (await _mira.NewRun(experiment, "good", 1_700_000_000_000), await _mira.NewRun(experiment, "bad", 1_700_000_001_000));
        await _mira.Log(good, "val/loss", [new(1, 1, 4), new(2, 2, 1), new(3, 3, 2.5)]);
        await _mira.Log(bad, "val/loss", [new(1, 1, 8), new(2, 2, 6)]);
        foreach (var (run, lr) in ((string, string)[])[(good, "0.1"), (bad, "0.2")])
        {
            (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = lr })).Is("{}");
            (await _mira.Post("runs/log-parameter", new { run_id = run, key = "seed", value = "7" })).Is("{}");
            (await _mira.Post("runs/set-tag", new { run_id = run, key = "team", value = run == good ? "red" : "<b>blue</b>" })).Is("{}");
        }
        return (experiment, $"/experiments/{experiment}", good, bad);
    }

    [Fact]
    public async Task Anything_can_be_a_column_in_any_order_pinned_and_of_any_width()
    {
        var (_, path, good, bad) = await Two();
        (await _mira.Post("runs/log-inputs", new { run_id = good, datasets = new[] { new { dataset = new { name = "wiki", digest = "1", source_type = "local", source = "s" } } } })).Is("{}");
        var vito = await world.Visit(world.Cast.Viewer);
        var asked = "metrics.val/loss,min(metrics.val/loss),max(metrics.val/loss),mean(metrics.val/loss),tags.team,params.lr,attributes.dataset,trend(metrics.val/loss),attributes.run_id,attributes.ended";
        var page = await vito.Ask($"{path}?columns={Tracker.Q(asked)}");
        Assert.Equal(asked.Split(','), Heads(page));
        Assert.Equal(["2.5", "1", "4", "2.5", "red", "0.1", "wiki"], Enumerable.Range(0, 7).Select(i => Cell(page, good, i).Replace("2.500", "2.5", StringComparison.Ordinal).Replace(".000", "", StringComparison.Ordinal)));
        Assert.Equal("<b>blue</b>", Cell(page, bad, 4));
        Assert.True(page.Has($"#run-row-{good} .sparkline svg"));
        page = await vito.Ask($"{path}?columns={Tracker.Q(asked)}&pin=params.lr&widths={Tracker.Q("params.lr:222,tags.team:99999,metrics.none:x")}");
        Assert.Equal("params.lr", Heads(page).First());
        Assert.Equal("1", page.Page.QuerySelector("th[data-column='params.lr']")!.GetAttribute("data-pin"));
        var cols = page.Page.QuerySelectorAll("colgroup col").Select(c => c.GetAttribute("width")).ToList();
        Assert.Equal(("222", "800"), (cols[2], cols[7]));
        foreach (var order in (string[])["min(metrics.val/loss)", "-mean(metrics.val/loss)", "params.lr", "-attributes.x", "duration", "-start_time"])
            Assert.Equal(2, Rows(await vito.Ask($"{path}?sort={Tracker.Q(order)}")).Count());
        Assert.Equal(["good", "bad"], Rows(await vito.Ask($"{path}?sort={Tracker.Q("min(metrics.val/loss)")}")));
        Assert.Equal(["bad", "good"], Rows(await vito.Ask($"{path}?sort={Tracker.Q("-max(metrics.val/loss)")}")));
        foreach (var odd in (string[])["?columns=x,metrics.,min(params.lr),attributes.none,trend(", "?pin=a,b&widths=:,1:2,metrics.x:-5", "?group=metrics.x", "?group=params.none&open=~1,~0", "?rows=99999999999&skip=-1", "?view=999999", "?after=x&part=rows", "?part=children&of=x", "?part=column&of=x"])
            Assert.True((int)(await vito.Ask(path + odd)).Status < 500, odd);
    }

    [Fact]
    public async Task Only_what_differs_is_shown_when_asked_for()
    {
        var (_, path, _, _) = await Two();
        var vito = await world.Visit(world.Cast.Viewer);
        var page = await vito.Ask($"{path}?columns=params.lr,params.seed,tags.team,metrics.val/loss&differs=1");
        Assert.Equal(["params.lr", "tags.team", "metrics.val/loss"], Heads(page));
        Assert.Contains("1 column is left out", page.Text(".alike"), StringComparison.Ordinal);
        Assert.Empty(Heads(await vito.Ask($"{path}?columns=params.lr,params.seed&differs=1&filter=good")));
    }

    [Fact]
    public async Task The_menu_of_columns_finds_a_key_among_twelve_thousand_and_the_page_stays_small()
    {
        var (experiment, path, good, _) = await Two();
        await Fill($"""
            insert into experiments.param (run_id, experiment_id, key, value) select r.run_id, r.experiment_id, 'p' || i, 'v' || i from experiments.run r, generate_series(1, 6000) i where r.experiment_id = {experiment};
            insert into experiments.series (run_id, experiment_id, key, points, first_step, last_step, first_at, last_at, last_value) select r.run_id, r.experiment_id, 'm' || i, 1, 0, 0, 0, 0, i from experiments.run r, generate_series(1, 6000) i where r.experiment_id = {experiment}
            """);
        var vito = await world.Visit(world.Cast.Viewer);
        var page = await vito.Ask(path);
        Assert.InRange(page.Html.Length, 1000, 120_000);
        Assert.Contains("metrics.val/loss", Heads(page));
        var menu = await vito.Ask($"{path}?part=columns&q=p4711");
        Assert.Equal(["params.p4711"], menu.Page.QuerySelectorAll("input[name=columns]").Select(i => i.GetAttribute("value")));
        menu = await vito.Ask($"{path}?part=columns&q=");
        Assert.InRange(menu.Page.QuerySelectorAll("input[name=columns]").Length, 40, 260);
        Assert.Contains("There are more", menu.Html, StringComparison.Ordinal);
        Assert.Equal("v4711", Cell(await vito.Ask($"{path}?columns=params.p4711"), good, 0));
    }

    [Fact]
    public async Task Groups_tell_count_and_spread_and_unfold_their_runs()
    {
        var (experiment, path, good, bad) = await Two();
        var third = await _mira.NewRun(experiment, "third", 1_700_000_002_000);
        await _mira.Log(third, "val/loss", [new(1, 1, 3.5)]);
        (await _mira.Post("runs/log-parameter", new { run_id = third, key = "lr", value = "0.1" })).Is("{}");
        var vito = await world.Visit(world.Cast.Viewer);
        var page = await vito.Ask($"{path}?group=params.lr&columns=metrics.val/loss&open=");
        var groups = page.Page.QuerySelectorAll("tr.group");
        Assert.Equal(["lr 0.1 · 2 runs", "lr 0.2 · 1 run"], groups.Select(g => string.Join(' ', g.QuerySelector(".fold")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        Assert.Empty(page.Page.QuerySelectorAll("tr[data-row]"));
        var words = groups[0].QuerySelector(".spread")!.GetAttribute("title")!;
        Assert.Contains("Of 2 runs: min 2.5", words, StringComparison.Ordinal);
        Assert.Contains("standard deviation 0.70", words, StringComparison.Ordinal);
        Assert.Equal(["third", "good"], await RowsOf(vito, $"{path}?group=params.lr&part=group&of={Tracker.Q("=0.1")}"));
        page = await vito.Ask($"{path}?group=params.lr&open={Tracker.Q("=0.2")}");
        Assert.Equal(["bad"], Rows(page));
        Assert.True(page.Has($"tbody[data-open] #run-row-{bad}"));
        Assert.False(page.Has($"#run-row-{good}"));
        Assert.Contains("none", (await vito.Ask($"{path}?group=params.nothing&open=")).Text("tr.group"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Children_fold_below_their_parent_wherever_it_stands()
    {
        var experiment = await _mira.NewExperiment();
        var parent = await _mira.NewRun(experiment, "parent", 1_600_000_000_000);
        var children = new List<string>();
        foreach (var i in Enumerable.Range(0, 3))
            children.Add((await _mira.Post("runs/create", new { experiment_id = experiment, run_name = $"child {i}", start_time = 1_700_000_000_000 + i, tags = new[] { new { key = "mlflow.parentRunId", value = parent } } })).Word("run.info.run_id"));
        var path = $"/experiments/{experiment}";
        var vito = await world.Visit(world.Cast.Viewer);
        var page = await vito.Ask(path);
        Assert.Equal(["parent"], Rows(page));
        Assert.Equal("3", page.Text($"#run-row-{parent} .fold"));
        Assert.Equal(["parent", "child 2", "child 1", "child 0"], Rows(await vito.Ask(page.Page.QuerySelector($"#run-row-{parent} .fold")!.GetAttribute("href")!)));
        Assert.Equal(["child 2", "child 1", "child 0"], await RowsOf(vito, page.Page.QuerySelector($"#run-row-{parent} .fold")!.GetAttribute("hx-get")!));
        Assert.Equal(["child 1"], Rows(await vito.Ask($"{path}?filter={Tracker.Q("child 1")}")));
        Assert.Equal(4, Rows(await vito.Ask($"{path}?sort=run_name")).Count());
        // Folded runs go with their parent; where they stand beside it they are chosen one by one, and then stand at the left edge.
        var mira = await world.Visit(world.Cast.Member);
        await mira.Send($"{path}?handler=Runs", ("act", "archive"), ("ids", parent), await mira.FormToken());
        Assert.Empty(Rows(await vito.Ask(path)));
        Assert.Equal(4, Rows(await vito.Ask($"{path}?view=archived")).Count());
        await mira.Send($"{path}?view=archived&handler=Runs", ("act", "unarchive"), ("ids", children[0]), ("ids", children[1]), await mira.FormToken());
        Assert.Equal(["child 1", "child 0"], Rows(await vito.Ask(path)));
    }

    [Fact]
    public async Task Views_are_saved_shared_changed_and_deleted_by_whom_they_belong_to()
    {
        var (experiment, path, _, _) = await Two();
        var (mira, vito, stan) = (await world.Visit(world.Cast.Member), await world.Visit(world.Cast.Viewer), await world.Visit(world.Cast.Stranger));
        var state = "?sort=-params.lr&columns=params.lr&edit=view";
        var page = await mira.Press(path + state, "form[action*='handler=SaveView']", ("name", "mine <i>"));
        var own = page.Address;
        Assert.Matches($"^/experiments/{experiment}\\?view=[0-9]+$", own);
        Assert.Equal(["params.lr"], Heads(page));
        Assert.Equal(["bad", "good"], Rows(page));
        Assert.Contains("mine <i>", page.Text(".run-views nav [aria-current]"), StringComparison.Ordinal);
        // A private one does not exist for others, neither as a tab nor by its link.
        Assert.DoesNotContain("mine", (await vito.Ask(path)).Text(".run-views nav"), StringComparison.Ordinal);
        Assert.NotEqual(["params.lr"], Heads(await vito.Ask(own)));
        var shared = (await mira.Press(path + state, "form[action*='handler=SaveView']", ("name", "for all"), ("shared", "true"))).Address;
        Assert.Equal(["params.lr"], Heads(await vito.Ask(shared)));
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask(shared)).Status);
        page = await mira.Press(path + state, "form[action*='handler=SaveView']", ("name", "for all"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("already", page.Text("#view-name-note"), StringComparison.Ordinal);

        // What differs from the view is said, with a way back and a way to keep it.
        var changed = $"{shared}&sort=params.lr";
        page = await mira.Ask(changed);
        Assert.Equal(["good", "bad"], Rows(page));
        Assert.True(page.Has("[data-changed]"));
        Assert.Equal(shared, page.Page.QuerySelector(".view-line a[data-go]")!.GetAttribute("href"));
        Assert.False((await mira.Ask(shared)).Has("[data-changed]"));
        Assert.False((await vito.Ask(changed)).Has("button[formaction*='handler=UpdateView']"));
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{changed}&handler=UpdateView", await vito.FormToken())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Send($"{changed}&handler=UpdateView", await stan.FormToken())).Status);
        await mira.Press(changed, "button[formaction*='handler=UpdateView']");
        Assert.Equal(["good", "bad"], Rows(await vito.Ask(shared)));
        // The empty value of an address takes away what the view has.
        Assert.Equal(["bad", "good"], Rows(await vito.Ask($"{shared}&sort=")));

        page = await mira.Press($"{shared}&edit=view-name", "form[action*='handler=RenameView']", ("name", "renamed"));
        Assert.Contains("renamed", page.Text(".run-views nav [aria-current]"), StringComparison.Ordinal);
        await mira.Press(shared, "button[formaction*='handler=ShareView']");
        Assert.DoesNotContain("renamed", (await vito.Ask(path)).Text(".run-views nav"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await vito.Send($"{shared}&handler=DeleteView", await vito.FormToken())).Status);
        await mira.Press(shared, "button[formaction*='handler=DeleteView']");
        Assert.DoesNotContain("renamed", (await mira.Ask(path)).Text(".run-views nav"), StringComparison.Ordinal);

        // Who may only read has views too, but shares none.
        page = await vito.Press(path + state, "form[action*='handler=SaveView']", ("name", "of a reader"));
        Assert.Equal(["params.lr"], Heads(page));
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send($"{path}?handler=SaveView", ("name", "x"), ("shared", "true"), await vito.FormToken())).Status);
    }

    [Fact]
    public async Task Which_values_are_better_can_be_said()
    {
        var (_, path, good, bad) = await Two();
        var mira = await world.Visit(world.Cast.Member);
        Assert.True((await mira.Ask(path)).Has($"#run-row-{good} data.best"));
        var page = await mira.Send($"{path}?handler=Goal&key=val%2Floss&goal=max", await mira.FormToken());
        Assert.True(page.Has($"#run-row-{bad} data.best"));
        Assert.False(page.Has($"#run-row-{good} data.best"));
        Assert.Contains("bad", page.Text(".run-head .facts"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await mira.Send($"{path}?handler=Goal&key=a&goal=up", await mira.FormToken())).Status);
    }

    [Fact]
    public async Task The_views_that_every_experiment_has()
    {
        var (_, path, good, bad) = await Two();
        (await _mira.Post("runs/update", new { run_id = bad, status = "FAILED" })).Ok();
        var mira = await world.Visit(world.Cast.Member);
        Assert.Equal(["good"], Rows(await mira.Ask($"{path}?view=running")));
        Assert.Equal(["bad"], Rows(await mira.Ask($"{path}?view=look")));
        await world.Silence(good, TimeSpan.FromDays(1));
        Assert.Equal(["bad", "good"], Rows(await mira.Ask($"{path}?view=look")));
        Assert.Empty(Rows(await mira.Ask($"{path}?view=running")));
        Assert.Equal(["bad", "good"], Rows(await mira.Ask($"{path}?view=mine")));
        Assert.Empty(Rows(await (await world.Visit(world.Cast.Viewer)).Ask($"{path}?view=mine")));
        Assert.Equal("2", (await mira.Ask($"{path}?part=count")).Html);
    }

    private async Task Fill(string sql)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
