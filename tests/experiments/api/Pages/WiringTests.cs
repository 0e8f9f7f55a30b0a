using System.IO.Compression;
using System.Text;
using Crucible.Experiments.Api.Tests.Alerts;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>What one page says and another one has to keep to.</summary>
public sealed class WiringTests(AlertWorld world) : IClassFixture<AlertWorld>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<(string Experiment, string Low, string High)> Two(string key)
    {
        var experiment = await _mira.NewExperiment();
        var (low, high) = (await _mira.NewRun(experiment, "low"), await _mira.NewRun(experiment, "high"));
        await _mira.Log(low, key, [new(1, 1, 0.25)]);
        await _mira.Log(high, key, [new(1, 1, 0.75)]);
        return (experiment, low, high);
    }

    [Fact]
    public async Task What_the_team_says_is_better_holds_on_every_page()
    {
        var (experiment, low, high) = await Two("loss");
        var mira = await world.Visit(world.Cast.Member);
        var compare = $"/experiments/compare?runs={low},{high}";
        Assert.Equal("0.25", (await mira.Get(compare)).QuerySelector("#compare-metrics data.best")!.GetAttribute("value"));
        await mira.Send($"/experiments/{experiment}?handler=Goal&key=loss&goal=max", await mira.FormToken());
        Assert.Equal("0.75", (await mira.Get(compare)).QuerySelector("#compare-metrics data.best")!.GetAttribute("value"));
        foreach (var page in (string[])["results", "overview", "alerts"])
            Assert.DoesNotContain("by low", (await mira.Get($"/experiments/{experiment}/{page}")).Words(".run-head"), StringComparison.Ordinal);
        Assert.Contains("by high", (await mira.Get($"/experiments/{experiment}/results")).Words(".run-head"), StringComparison.Ordinal);
        Assert.Equal(["high", "low"], (await mira.Get($"/experiments/{experiment}/results")).QuerySelectorAll("tbody [data-row-link]").Select(a => a.TextContent));
        var row = (await mira.Get("/experiments")).QuerySelectorAll("tr").Single(r => r.QuerySelector($"a[href='/experiments/{experiment}']") is not null || r.QuerySelector($"a[href='/experiments/{experiment}/overview']") is not null);
        Assert.Contains("0.75", row.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_are_held_against_the_baseline_when_there_is_one()
    {
        var (experiment, low, high) = await Two("loss");
        var mira = await world.Visit(world.Cast.Member);
        var compare = $"/experiments/compare?runs={low},{high}";
        Assert.False((await mira.Ask(compare)).Has("#compare-metrics .delta"));
        await world.Sql<object>("update experiments.experiment set baseline_run_id = $1 where experiment_id = $2 returning 1", Guid.Parse(low), long.Parse(experiment, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains("+0.5", (await mira.Get(compare)).Words("#compare-metrics .delta"), StringComparison.Ordinal);
        Assert.False((await mira.Ask($"{compare}&base=none")).Has("#compare-metrics .delta"));
        var held = (await mira.Get($"/experiments/runs/{high}?tab=params")).QuerySelector("select[name=against] option[selected]")!;
        Assert.Equal(("baseline", "the baseline, low"), (held.GetAttribute("value"), held.TextContent));
        Assert.Equal("previous", (await mira.Get($"/experiments/runs/{high}?tab=params&against=previous")).QuerySelector("select[name=against] option[selected]")!.GetAttribute("value"));
        // The baseline is not held against itself.
        Assert.Null((await mira.Get($"/experiments/runs/{low}?tab=params")).QuerySelector("select[name=against] option[value=baseline]"));
    }

    [Fact]
    public async Task The_selection_leads_to_charts_and_to_an_export_with_its_console()
    {
        var (experiment, low, high) = await Two("loss");
        (await _mira.Post($"/api/v1/runs/{low}/logs", new { lines = new object[] { new { text = "a \"quoted\", line", level = "warn", stream = "stderr" }, "plain" } })).Ok();
        var mira = await world.Visit(world.Cast.Member);
        var page = await mira.Ask($"/experiments/{experiment}?filter=metrics.loss+<+0.5");
        Assert.Equal($"/experiments/{experiment}/charts", page.Page.QuerySelector("#run-bulk [formaction$='/charts']")!.GetAttribute("formaction"));
        Assert.Contains("filter=metrics.loss", page.Page.QuerySelector($".tools a[href^='/experiments/{experiment}/exports']")!.GetAttribute("href"), StringComparison.Ordinal);
        Assert.True(page.Has($"#experiment-more a[href='/experiments/{experiment}/exports']"));
        Assert.True(page.Has("#account a[href='/api']"));
        Assert.Contains(high, (await mira.Ask($"/experiments/{experiment}/charts?runs={low}&runs={high}")).Address, StringComparison.Ordinal);
        // All that match: those that are named are the ones on the page.
        var form = page.Page.QuerySelector("#run-bulk form[action$='/exports']")!;
        var filter = form.QuerySelector("[name=filter]")!.GetAttribute("value")!;
        Assert.Equal("metrics.loss < 0.5", filter);
        var wish = await mira.Send(form.GetAttribute("action")!, await mira.FormToken(), ("filter", filter), ("ids", high), ("all", "1"), ("include", "runs"), ("include", "logs"));
        var id = wish.Address["/experiments/exports/".Length..].Replace("-", "", StringComparison.Ordinal);
        await Until.True(async () => (await _mira.Get($"/api/v1/exports/{id}")).Word("data.state") == "completed", "the export is there");
        using var zip = new ZipArchive(new MemoryStream(await mira.Http.GetByteArrayAsync($"/api/v1/exports/{id}/download", TestContext.Current.CancellationToken)));
        Assert.Equal(["runs.csv", "logs.csv"], zip.Entries.Select(e => e.Name));
        async Task<string[]> Lines(string name)
        {
            using var reader = new StreamReader(zip.GetEntry(name)!.Open(), Encoding.UTF8);
            return (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        Assert.Equal(2, (await Lines("runs.csv")).Length);
        var logs = await Lines("logs.csv");
        Assert.Equal("run_id,number,timestamp,level,stream,source,text", logs[0]);
        Assert.StartsWith($"{low},1,", logs[1], StringComparison.Ordinal);
        Assert.EndsWith(",warn,stderr,,\"a \"\"quoted\"\", line\"", logs[1], StringComparison.Ordinal);
        Assert.EndsWith(",,stdout,,plain", logs[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_owner_hears_of_a_failure_once_though_a_rule_tells_it_too()
    {
        var experiment = await _mira.NewExperiment();
        await world.Rule(await world.Visit(world.Cast.Member), experiment, ("kind", "failed"), ("people", "team"));
        var run = await _mira.NewRun(experiment, "ill");
        (await _mira.Post("runs/update", new { run_id = run, status = "FAILED" })).Ok();
        await world.UntilTold(run, "failed");
        // What is told later is told behind it: by then the failure has had its turn.
        var other = await _mira.NewRun(await _mira.NewExperiment(), "worse");
        (await _mira.Post("runs/update", new { run_id = other, status = "FAILED" })).Ok();
        const string Heard = "select count(*) from crucible.notice n join crucible.person p on p.id = n.person_id where n.url = $1 and p.user_name = $2";
        await Until.True(async () => await world.Sql<long>(Heard, $"/experiments/runs/{other}", "mira") == 1, "the owner heard of the other one");
        Assert.Equal(1, await world.Sql<long>(Heard, $"/experiments/runs/{run}", "mira"));
        Assert.Equal(1, await world.Sql<long>(Heard, $"/experiments/runs/{run}", "vito"));
    }

    [Fact]
    public async Task Comments_on_cells_are_counted_until_they_are_settled()
    {
        var (experiment, low, _) = await Two("loss");
        var mira = await world.Visit(world.Cast.Member);
        var place = $"/experiments/{experiment}/comments?run={low}&place=cell%3Ametrics.loss";
        foreach (var text in (string[])["why so low", "seed"])
            await mira.Send(place.Replace("?", "?handler=Add&", StringComparison.Ordinal), await mira.FormToken(), ("text", text));
        await mira.Send($"/experiments/{experiment}/comments?handler=Add&run={low}", await mira.FormToken(), ("text", "on the run, no cell"));
        var cell = Assert.Single((await mira.Get($"/experiments/{experiment}/comments?part=cells")).QuerySelectorAll("li"));
        Assert.Equal((low, "cell:metrics.loss", "2"), (cell.GetAttribute("data-run"), cell.GetAttribute("data-place"), cell.GetAttribute("data-count")));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await (await world.Visit(world.Cast.Stranger)).Ask($"/experiments/{experiment}/comments?part=cells")).Status);
    }

    [Fact]
    public async Task A_note_on_all_charts_reaches_the_open_page_of_a_run()
    {
        var (experiment, low, _) = await Two("loss");
        var mira = await world.Visit(world.Cast.Member);
        var page = await mira.Ask($"/experiments/runs/{low}");
        Assert.Contains($"chart-notes%3A{experiment}", page.Page.QuerySelector("#live")!.GetAttribute("hx-sse:connect")!, StringComparison.Ordinal);
        await using var listener = await world.Listen(world.Cast.Viewer, $"chart-notes:{experiment}");
        await mira.Send($"/experiments/{experiment}/charts?handler=Note", await mira.FormToken(), ("label", "lr drop"), ("x", "1"), ("axis", "step"), ("metric", ""), ("run", ""));
        Assert.Contains($"chart-notes-{experiment}", (await listener.Next("refresh")).Data, StringComparison.Ordinal);
        await using var strange = await world.Listen(world.Cast.Stranger, $"chart-notes:{experiment}");
        Assert.NotEqual(System.Net.HttpStatusCode.OK, strange.Status);
    }

    [Fact]
    public async Task A_panel_is_edited_in_its_place()
    {
        var (experiment, _, _) = await Two("a/one");
        var mira = await world.Visit(world.Cast.Member);
        var path = $"/experiments/{experiment}/charts";
        async Task<Shown> Keep(params (string, string)[] fields) => await mira.Send($"{path}?handler=AddPanel", [await mira.FormToken(), ("kind", "line"), .. fields]);
        Assert.Equal($"/experiments/{experiment}/complete", new Uri(new("http://x"), (await mira.Get(path)).QuerySelector("[name=filter][data-complete]")!.GetAttribute("data-complete")!).AbsolutePath);
        var added = await Keep(("line.key", "a/*"), ("title", "First"), ("size", "l"));
        await Keep(("line.key", "a/one"), ("title", "Second"), ("size", "s"));
        var id = added.Page.QuerySelector(".board-place[data-added]")!.GetAttribute("data-panel")!;
        var edited = await Keep(("panel", id), ("line.key", "a/one"), ("title", "Changed"), ("size", "m"));
        Assert.Equal(["Changed", "Second"], edited.Page.QuerySelectorAll(".board-place[data-added] h2").Select(h => h.TextContent.Trim()));
        Assert.Equal("m", edited.Page.QuerySelector(".board-place[data-added]")!.GetAttribute("data-size"));
    }
}
