using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>What is pushed or fetched by a region goes to everybody alike: nothing personal is in it.</summary>
public sealed class PushTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Fact]
    public async Task No_pushed_data_holds_a_token_or_what_only_one_listener_may_do()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment, "pushed");
        await using var listener = await world.Listen(world.Cast.Member, $"run:{run},experiment:{experiment},experiments:{world.Cast.Red:N},experiments:{new Guid("00000000-0000-0000-0000-000000000001"):N}");
        Assert.Equal(HttpStatusCode.OK, listener.Status);
        // By the page, where a token is at hand, and by the protocol.
        var mira = await world.Visit(world.Cast.Member);
        var (path, own) = ($"/experiments/runs/{run}", $"/experiments/{experiment}");
        var token = (await mira.Get(path)).QuerySelector($"input[name={Browsing.TokenField}]")!.GetAttribute("value")!;
        await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", "renamed"));
        await mira.Press(path + "?edit=note", "form[action*='handler=Note']", ("text", "a note"));
        await mira.Press(path, "form[action$='handler=Tag']", ("key", "team"), ("value", "vision"));
        await mira.Press(own + "?edit=note", "form[action*='handler=Note']", ("text", "its note"));
        await mira.Press(own + "?edit=lost", "form[action$='handler=LostAfter']", ("number", "2"), ("unit", "hours"));
        await mira.Press(path, "#run-mark button[value=failed]");
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "lr", value = "1" } }, metrics = new[] { new { key = "m", value = 1, timestamp = 1, step = 1 } } })).Is("{}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "last", value = "the end of it" })).Is("{}");

        var heard = new List<LiveEvent>();
        do
            heard.Add(await listener.Next());
        while (!heard[^1].Data.Contains("the end of it", StringComparison.Ordinal));
        var all = string.Join('\n', heard.Select(h => h.Data));
        foreach (var part in (string[])["renamed", "a note", "its note", "vision", $"run-head-{run}", $"run-status-{run}"])
            Assert.Contains(part, all, StringComparison.Ordinal);
        foreach (var personal in (string[])[Browsing.TokenField, token, "csrf", "<form", world.Cast.Member.Token, world.Cast.Member.PersonId.ToString()])
            Assert.DoesNotContain(personal, all, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_region_that_fetches_itself_is_the_same_for_who_writes_and_who_reads()
    {
        var things = await Things.Make(_mira);
        (await _mira.Post("runs/set-tag", new { run_id = things.Run, key = "t", value = "1" })).Is("{}");
        (await _mira.Post("runs/update", new { run_id = things.Run, status = "FINISHED", end_time = 1_700_000_100_000 })).Ok();
        var (mira, vito) = (await world.Visit(world.Cast.Member), await world.Visit(world.Cast.Viewer));
        string[] regions = [.. ((string[])["head", "params", "tags", "links", "artifacts", "progress", "charts", "panel&key=m"]).Select(p => $"/experiments/runs/{things.Run}?part={p}"),
            $"/experiments/{things.Experiment}?part=head", $"/experiments/{things.Experiment}?part=table", $"/experiments/{things.Experiment}?part=rows", $"/experiments/{things.Experiment}?part=strip"];
        foreach (var region in regions)
        {
            var (writer, reader) = (await mira.Ask(region), await vito.Ask(region));
            Assert.True(writer.Status == HttpStatusCode.OK && writer.Html.Length > 0, $"{region} {writer.Status}");
            Assert.Equal(Still(reader.Html), Still(writer.Html));
            Assert.DoesNotContain(Browsing.TokenField, writer.Html, StringComparison.Ordinal);
            Assert.False(writer.Has("html > head > title"), region);
        }
    }

    // "3s ago" may pass between two looks.
    private static string Still(string html) => System.Text.RegularExpressions.Regex.Replace(html, @"<time[^>]*>[^<]*</time>", "");

    [Fact]
    public async Task A_tile_comes_alone_and_shows_only_what_its_visitor_may_see()
    {
        var run = await _mira.NewRun(await _mira.NewExperiment(), "seen at home");
        foreach (var (player, sees) in ((Player, bool)[])[(world.Cast.Member, true), (world.Cast.Viewer, true), (world.Cast.Stranger, false)])
        {
            var visitor = await world.Visit(player);
            var tile = await visitor.Ask("/?tile=experiments-running");
            Assert.Equal(HttpStatusCode.OK, tile.Status);
            Assert.Equal(sees, tile.Has($"#experiments-running a[href$='{run}']"));
            Assert.False(tile.Has(".rail, #experiments-ended"));
            Assert.Equal(sees, (await visitor.Ask("/")).Has($"#experiments-running a[href$='{run}']"));
            Assert.False((await visitor.Ask("/?tile=experiments-ended")).Has($"a[href$='{run}']"));
        }
        (await _mira.Post("runs/update", new { run_id = run, status = "FINISHED" })).Ok();
        var mira = await world.Visit(world.Cast.Member);
        Assert.False((await mira.Ask("/?tile=experiments-running")).Has($"a[href$='{run}']"));
        Assert.True((await mira.Ask("/?tile=experiments-ended")).Has($"#experiments-ended a[href$='{run}']"));
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask("/?tile=none")).Status);
    }
}

/// <summary>The count beside the rail's link, in a world where nothing else runs.</summary>
public sealed class BadgeTests(World world) : IClassFixture<World>
{
    private static async Task<string> Badge(Visitor visitor)
    {
        var badge = await visitor.Ask("/nav/experiments/badge");
        Assert.Equal(HttpStatusCode.OK, badge.Status);
        var count = Assert.Single(badge.Page.QuerySelectorAll("small.count"));
        Assert.Equal("/nav/experiments/badge", count.GetAttribute("hx-get"));
        // As it stands in the rail.
        Assert.Equal(count.TextContent, (await visitor.Get("/")).QuerySelector($"#{count.Id}")?.TextContent);
        return count.TextContent.Trim();
    }

    [Fact]
    public async Task It_counts_the_runs_at_work_that_its_visitor_may_see()
    {
        var tracker = new Tracker(world.Client(world.Cast.Member));
        var (mira, stan) = (await world.Visit(world.Cast.Member), await world.Visit(world.Cast.Stranger));
        Assert.Equal("", await Badge(mira));
        var experiment = await tracker.NewExperiment();
        await using var listener = await world.Listen(world.Cast.Member, $"experiments:{world.Cast.Red:N}");
        var (one, two) = (await tracker.NewRun(experiment), await tracker.NewRun(experiment));
        var news = new List<string>();
        while (!news.Exists(n => n.Contains("nav-", StringComparison.Ordinal)))
            news.Add((await listener.Next("refresh")).Data);
        Assert.Equal(("2", ""), (await Badge(mira), await Badge(stan)));
        await world.Silence(one, TimeSpan.FromHours(4));
        Assert.Equal("1", await Badge(mira));
        (await tracker.Post("runs/update", new { run_id = two, status = "FINISHED" })).Ok();
        Assert.Equal("", await Badge(mira));
        Assert.StartsWith("/account/sign-in", (await (await world.Visit(null)).Ask("/nav/experiments/badge")).Address, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await mira.Ask("/nav/nothing/badge")).Status);
    }
}
