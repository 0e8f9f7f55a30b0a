using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>Who sees which page, and whose forms are taken.</summary>
public sealed class WhoTests(World world) : IClassFixture<World>
{
    private static readonly string[] Parts = ["", "?part=head", "?part=params", "?part=tags", "?part=links", "?part=artifacts", "?part=progress", "?part=charts", "?part=panel&key=m", "?tab=artifacts&file=dir%2Fa.txt"];

    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    // Every form of these pages, with fields that are well-formed and one set that is not.
    private static readonly (string Address, (string Name, string Value)[] Fields)[] Forms =
    [
        ("/experiments/{experiment}?handler=Rename", [("name", "another")]),
        ("/experiments/{experiment}?handler=Rename", [("name", "")]),
        ("/experiments/{experiment}?handler=Note", [("text", "a note")]),
        ("/experiments/{experiment}?handler=LostAfter", [("number", "5"), ("unit", "hours")]),
        ("/experiments/{experiment}?handler=LostAfter", [("number", "x"), ("unit", "hours")]),
        ("/experiments/{experiment}?handler=Delete", []),
        ("/experiments/{experiment}?handler=Restore", []),
        ("/experiments/{experiment}?handler=Runs", [("act", "trash"), ("ids", "{run}")]),
        ("/experiments/{experiment}?handler=Runs", [("act", "restore"), ("ids", "{run}")]),
        ("/experiments/{experiment}?handler=Runs", [("act", "tag"), ("ids", "{run}"), ("key", "k"), ("value", "v")]),
        ("/experiments/{experiment}?handler=Runs", [("act", "archive"), ("all", "1")]),
        ("/experiments/{experiment}?handler=Runs", [("act", "purge"), ("ids", "{run}"), ("confirm", "{name}")]),
        ("/experiments/{experiment}?handler=Goal&key=m&goal=min", []),
        ("/experiments/{experiment}?handler=SaveView", [("name", "shared"), ("shared", "true")]),
        ("/experiments?handler=Delete", [("ids", "{experiment}")]),
        ("/experiments?handler=Restore", [("ids", "{experiment}")]),
        ("/experiments/runs/{run}?handler=Status", [("status", "failed")]),
        ("/experiments/runs/{run}?handler=Rename", [("name", "another")]),
        ("/experiments/runs/{run}?handler=Rename", [("name", "")]),
        ("/experiments/runs/{run}?handler=Note", [("text", "a note")]),
        ("/experiments/runs/{run}?handler=Tag", [("key", "k"), ("value", "v")]),
        ("/experiments/runs/{run}?handler=Tag", [("key", ""), ("value", "v")]),
        ("/experiments/runs/{run}?handler=RemoveTag", [("key", "t")]),
        ("/experiments/runs/{run}?handler=Delete", []),
        ("/experiments/runs/{run}?handler=Restore", []),
    ];

    private static async Task<Shown> Send(Visitor visitor, Things things, (string Address, (string Name, string Value)[] Fields) form, params (string, string)[] more) =>
        await visitor.Send(things.Fill(form.Address), [.. form.Fields.Select(f => (f.Name, things.Fill(f.Value))), .. more]);

    [Fact]
    public async Task A_team_reads_its_pages_and_a_stranger_finds_none_of_them()
    {
        var things = await Things.Make(_mira);
        string[] pages = [$"/experiments/{things.Experiment}", $"/experiments/{things.Experiment}?part=table", $"/experiments/{things.Experiment}?part=strip", $"/experiments/compare?runs={things.Run}",
            .. Parts.Select(p => $"/experiments/runs/{things.Run}{p}")];
        foreach (var player in (Player[])[world.Cast.Member, world.Cast.Viewer, world.Cast.Admin])
        {
            var visitor = await world.Visit(player);
            foreach (var path in pages)
                Assert.True((await visitor.Ask(path)).Status == HttpStatusCode.OK, $"{player.Name} {path}");
            Assert.NotNull((await visitor.Get("/experiments")).QuerySelector($"#experiment-row-{things.Experiment}"));
        }
        var stan = await world.Visit(world.Cast.Stranger);
        foreach (var path in pages)
        {
            var page = await stan.Ask(path);
            Assert.True(page.Status == HttpStatusCode.NotFound, $"{path} answered {page.Status}");
            Assert.DoesNotContain(things.Name, page.Html, StringComparison.Ordinal);
        }
        foreach (var path in (string[])["/experiments", $"/experiments?q={things.Name}", "/experiments?view=deleted", "/"])
        {
            var list = await stan.Get(path);
            Assert.Null(list.QuerySelector($"#experiment-row-{things.Experiment}"));
            Assert.Null(list.QuerySelector($"a[href*='{things.Run}']"));
        }
        var own = await new Tracker(world.Client(world.Cast.Stranger)).NewRun();
        var mixed = await stan.Get($"/experiments/compare?runs={things.Run},{own}");
        Assert.Equal([$"/experiments/runs/{own}"], mixed.QuerySelectorAll(".compare-runs > li[data-series] > a:not(.btn)").Select(a => a.GetAttribute("href")));
        Assert.DoesNotContain(things.Run, mixed.QuerySelector("#live")?.OuterHtml ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/experiments/runs/00000000000000000000000000000000")]
    [InlineData("/experiments/runs/0198c0de0198c0de0198c0de0198c0de")]
    [InlineData("/experiments/runs/none")]
    [InlineData("/experiments/runs/0198c0de0198c0de0198c0de0198c0de?part=panel&key=m")]
    [InlineData("/experiments/987654")]
    [InlineData("/experiments/99999999999999999999999")]
    [InlineData("/experiments/-1")]
    [InlineData("/experiments/compare")]
    [InlineData("/experiments/compare?runs=none,,0198c0de0198c0de0198c0de0198c0de")]
    [InlineData("/experiments/0?part=nothing")]
    public async Task What_is_not_there_is_not_found(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await (await world.Visit(world.Cast.Admin)).Ask(path)).Status);

    [Theory]
    [InlineData("/experiments?q=a%00b")]
    [InlineData("/experiments?sort=name&after=a%00b&afterId=1")]
    [InlineData("{own}?filter=a%00b")]
    [InlineData("{own}?filter=params.a%20=%20'%00'")]
    [InlineData("{own}?columns=metrics.a%00b,params.c%00d")]
    [InlineData("{own}?sort=metrics.a%00b")]
    [InlineData("{run}?part=panel&key=a%00b")]
    [InlineData("{run}?tab=artifacts&file=a%00b")]
    public async Task What_no_browser_sends_is_the_senders_fault(string path)
    {
        var things = await Things.Make(_mira);
        path = path.Replace("{own}", $"/experiments/{things.Experiment}", StringComparison.Ordinal).Replace("{run}", $"/experiments/runs/{things.Run}", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await (await world.Visit(world.Cast.Member)).Ask(path)).Status);
    }

    [Fact]
    public async Task Nor_is_it_stored_from_a_form()
    {
        var things = await Things.Make(_mira);
        var mira = await world.Visit(world.Cast.Member);
        var token = await mira.FormToken();
        var before = await things.Picture(_mira);
        foreach (var form in Forms.Where(f => f.Fields.Length > 0))
            Assert.Equal((form.Address, HttpStatusCode.BadRequest), (form.Address, (await Send(mira, things, (form.Address, [.. form.Fields.Select(f => (f.Name, f.Value + "\0"))]), token)).Status));
        Assert.Equal(before, await things.Picture(_mira));
    }

    [Fact]
    public async Task Nobody_is_asked_to_sign_in()
    {
        var things = await Things.Make(_mira);
        var nobody = await world.Visit(null);
        foreach (var path in (string[])["/experiments", $"/experiments/{things.Experiment}", $"/experiments/runs/{things.Run}", $"/experiments/compare?runs={things.Run}"])
        {
            var page = await nobody.Ask(path);
            Assert.StartsWith("/account/sign-in", page.Address, StringComparison.Ordinal);
            Assert.DoesNotContain(things.Name, page.Page.Body!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_viewer_is_shown_no_form_and_refused_each_of_them()
    {
        var things = await Things.Make(_mira);
        (await _mira.Post("runs/set-tag", new { run_id = things.Run, key = "t", value = "1" })).Ok();
        var vito = await world.Visit(world.Cast.Viewer);
        foreach (var path in (string[])[$"/experiments/{things.Experiment}", $"/experiments/{things.Experiment}?edit=name", $"/experiments/{things.Experiment}?edit=lost", $"/experiments/{things.Experiment}?edit=note", $"/experiments/runs/{things.Run}", $"/experiments/runs/{things.Run}?edit=name", $"/experiments/runs/{things.Run}?edit=note&tab=about", "/experiments"])
            Assert.Empty((await vito.Get(path)).QuerySelectorAll("main form[method=post]"));
        var token = await vito.FormToken();
        var before = await things.Picture(_mira);
        foreach (var form in Forms)
        {
            var answer = await Send(vito, things, form, token);
            Assert.True(answer.Status == HttpStatusCode.Forbidden, $"{form.Address} {string.Join(' ', form.Fields)} answered {answer.Status}");
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await vito.Send("/experiments/new", ("name", Tracker.Unique("v")), token)).Status);
        Assert.Equal(before, await things.Picture(_mira));
    }

    [Fact]
    public async Task To_a_stranger_each_form_leads_nowhere()
    {
        var things = await Things.Make(_mira);
        var stan = await world.Visit(world.Cast.Stranger);
        var token = await stan.FormToken();
        var before = await things.Picture(_mira);
        foreach (var form in Forms)
        {
            var answer = await Send(stan, things, form, token);
            Assert.True(answer.Status == HttpStatusCode.NotFound, $"{form.Address} {string.Join(' ', form.Fields)} answered {answer.Status}");
        }
        Assert.Equal(before, await things.Picture(_mira));
    }

    [Fact]
    public async Task A_form_without_its_token_or_from_another_site_is_refused()
    {
        var things = await Things.Make(_mira);
        var mira = await world.Visit(world.Cast.Member);
        var before = await things.Picture(_mira);
        var foreign = await (await world.Visit(world.Cast.Viewer)).FormToken();
        foreach (var form in Forms.Append(("/experiments/new", [("name", Tracker.Unique("n"))])))
        {
            Assert.Equal((form.Item1, HttpStatusCode.BadRequest), (form.Item1, (await Send(mira, things, form)).Status));
            Assert.Equal((form.Item1, HttpStatusCode.BadRequest), (form.Item1, (await Send(mira, things, form, foreign)).Status));
        }
        var token = await mira.FormToken();
        foreach (var (header, value) in ((string, string)[])[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "https://elsewhere.example"), ("Origin", "null")])
            foreach (var form in Forms)
            {
                mira.Http.DefaultRequestHeaders.Add(header, value);
                Assert.Equal((form.Address, HttpStatusCode.Forbidden), (form.Address, (await Send(mira, things, form, token)).Status));
                mira.Http.DefaultRequestHeaders.Remove(header);
            }
        Assert.Equal(before, await things.Picture(_mira));
        Assert.Equal(HttpStatusCode.OK, (await Send(mira, things, Forms[0], token)).Status);
    }
}
