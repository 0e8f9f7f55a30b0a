using System.Globalization;
using System.Net;
using System.Text;
using Crucible.Experiments.Api.Tests.Pages;
using Npgsql;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A world where a console keeps a thousand lines.</summary>
public sealed class ShortConsoles : World
{
    protected override IEnumerable<string> Settings => ["Crucible:Plugins:experiments:MostLogLines=1000"];
}

/// <summary>The lines that programs send, and how they come back.</summary>
public sealed class ConsoleTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static string Logs(string run, string query = "") => $"/api/v1/runs/{run}/logs{query}";

    private static object[] Lines(int from, int count, bool numbered = false) =>
        [.. Enumerable.Range(from, count).Select(i => numbered ? (object)new { text = $"line {i}", seq = i } : new { text = $"line {i}" })];

    private static string[] Texts(Answer page) => [.. page.Ok().Json.At("data").EnumerateArray().Select(l => l.At("text").GetString()!)];

    private async Task<Answer> Text(string run, string body, string query = "", string type = "text/plain")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return await _mira.Send("POST", Logs(run, query), content);
    }

    [Fact]
    public async Task A_line_comes_back_as_it_was_sent()
    {
        var run = await _mira.NewRun();
        (await _mira.Post(Logs(run), new { source = "rank-1", lines = new object[] { new { text = "loss 0.5 \u001b[31mred\u001b[0m <b>漢🦊</b>", level = "WARNING", at = 1_795_183_890_954, stream = "stderr", seq = 7 }, "a plain one\r\n", new { text = "half\0nul", level = 40, at = "2026-11-20T10:00:00Z" } } }))
            .Is("""{"data": {"accepted": 3, "repeated": 0, "cut": 0, "last_number": 3}}""");
        var page = (await _mira.Get(Logs(run))).Ok().Json;
        Assert.Equal((1, "loss 0.5 \u001b[31mred\u001b[0m <b>漢🦊</b>", "warn", "stderr", "rank-1"), (page.At("data[0].number").GetInt32(), page.At("data[0].text").GetString(), page.At("data[0].level").GetString(), page.At("data[0].stream").GetString(), page.At("data[0].source").GetString()));
        Assert.Equal(1_795_183_890_954, page.At("data[0].at").GetDateTimeOffset().ToUnixTimeMilliseconds());
        Assert.Equal(["a plain one", "half\uFFFDnul"], Texts(await _mira.Get(Logs(run, "?after=1"))));
        Assert.Equal("error", page.At("data[2].level").GetString());
        Assert.Equal((3, 0, false), (page.At("meta.total").GetInt32(), page.At("meta.dropped").GetInt32(), page.At("meta.has_more").GetBoolean()));
    }

    [Fact]
    public async Task Plain_text_is_a_line_each()
    {
        var run = await _mira.NewRun();
        (await Text(run, "one\n\ntwo\r\nthree\n", "?level=debug&stream=stderr")).Is("""{"data": {"accepted": 4, "repeated": 0, "cut": 0, "last_number": 4}}""");
        var page = await _mira.Get(Logs(run));
        Assert.Equal(["one", "", "two", "three"], Texts(page));
        Assert.Equal(("debug", "stderr"), (page.Word("data[0].level"), page.Word("data[0].stream")));
        (await Text(run, "")).Is("""{"data": {"accepted": 0, "repeated": 0, "cut": 0, "last_number": 4}}""");
    }

    [Fact]
    public async Task What_is_sent_twice_is_kept_once()
    {
        var run = await _mira.NewRun();
        Assert.Equal(5, (await _mira.Post(Logs(run), new { lines = Lines(0, 5, numbered: true) })).At("data.accepted").GetInt32());
        (await _mira.Post(Logs(run), new { lines = Lines(3, 5, numbered: true) })).Is("""{"data": {"accepted": 3, "repeated": 2, "cut": 0, "last_number": 8}}""");
        // Another writer counts for itself.
        Assert.Equal(2, (await _mira.Post(Logs(run), new { source = "b", lines = Lines(0, 2, numbered: true) })).At("data.accepted").GetInt32());
        Assert.Equal(["line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "line 7", "line 0", "line 1"], Texts(await _mira.Get(Logs(run))));

        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Logs(run)) { Content = Tracker.Json(Encoding.UTF8.GetBytes("""{"lines": ["named"]}""")) };
            request.Headers.Add("Idempotency-Key", "the same");
            using var answer = await _mira.Http.SendAsync(request);
            Assert.Contains("\"last_number\":11", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Equal(i == 1, answer.Headers.Contains("Idempotent-Replayed"));
        }
        Assert.Equal(["named"], Texts(await _mira.Get(Logs(run, "?after=10"))));
    }

    [Fact]
    public async Task Writers_at_once_lose_nothing_and_number_nothing_twice()
    {
        var run = await _mira.NewRun();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 5; i++)
                (await _mira.Post(Logs(run), new { source = $"w{writer}", lines = Lines(i * 20, 20, numbered: true) })).Ok();
        }));
        var page = (await _mira.Get(Logs(run, "?limit=1000"))).Json.At("data").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, 800), page.Select(l => l.At("number").GetInt32()));
        Assert.All(page.GroupBy(l => l.At("source").GetString()), w => Assert.Equal(Enumerable.Range(0, 100).Select(i => $"line {i}"), w.Select(l => l.At("text").GetString())));
    }

    [Fact]
    public async Task Pages_go_both_ways_and_filters_leave_out()
    {
        var run = await _mira.NewRun();
        (await _mira.Post(Logs(run), new { lines = Enumerable.Range(1, 250).Select(i => new { text = i % 10 == 0 ? $"Hundred% {i}" : $"l {i}", level = i % 50 == 0 ? "error" : i % 2 == 0 ? null : "debug", at = 1_795_000_000_000 + i * 1000L }) })).Ok();
        var first = await _mira.Get(Logs(run, "?limit=100"));
        Assert.Equal((100, "l 1", true, 100), (Texts(first).Length, Texts(first)[0], first.At("meta.has_more").GetBoolean(), first.At("meta.next_after").GetInt32()));
        Assert.Equal("l 101", Texts(await _mira.Get(Logs(run, "?limit=100&after=100")))[0]);
        Assert.False((await _mira.Get(Logs(run, "?limit=50&after=200"))).At("meta.has_more").GetBoolean());
        var tail = await _mira.Get(Logs(run, "?tail=3"));
        Assert.Equal(["l 248", "l 249", "Hundred% 250"], Texts(tail));
        Assert.True(tail.At("meta.has_more").GetBoolean());
        Assert.Equal(["l 246", "l 247"], Texts(await _mira.Get(Logs(run, $"?limit=2&before={tail.At("meta.prev_before").GetInt32()}"))));
        Assert.Equal(["Hundred% 50", "Hundred% 100", "Hundred% 150", "Hundred% 200", "Hundred% 250"], Texts(await _mira.Get(Logs(run, "?level=warn"))));
        // Without a level it is information.
        Assert.Equal(125, (await _mira.Get(Logs(run, "?level=info&limit=1000"))).At("data").GetArrayLength());
        Assert.Equal(["Hundred% 10", "Hundred% 20"], Texts(await _mira.Get(Logs(run, "?q=hundred%25&limit=2"))));
        Assert.Equal(["l 249", "Hundred% 250"], Texts(await _mira.Get(Logs(run, "?since=1795000249000"))));
        Assert.Equal(422, (await _mira.Get(Logs(run, "?q=%00nothing"))).Status);
        using var text = await _mira.Http.GetAsync(Logs(run, "?format=text&level=error"));
        Assert.Equal(("text/plain", "attachment"), (text.Content.Headers.ContentType?.MediaType, text.Content.Headers.ContentDisposition?.DispositionType));
        Assert.Equal(5, (await text.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("""{"lines": "x"}""", "lines")]
    [InlineData("""["x"]""", "lines")]
    [InlineData("""{"lines": [1]}""", "lines[0]")]
    [InlineData("""{"lines": ["a", {"level": "info"}]}""", "lines[1].text")]
    [InlineData("""{"lines": [{"text": "a", "level": "loud"}]}""", "lines[0].level")]
    [InlineData("""{"lines": [{"text": "a", "at": "yesterday"}]}""", "lines[0].at")]
    [InlineData("""{"lines": [{"text": "a", "at": 1e300}]}""", "lines[0].at")]
    [InlineData("""{"lines": [{"text": "a", "seq": 1.5}]}""", "lines[0].seq")]
    [InlineData("""{"lines": [{"text": "a", "stream": "x"}]}""", "lines[0].stream")]
    [InlineData("""{"lines": ["\ud800"]}""", "body")]
    [InlineData("""{"lines": [""", "body")]
    public async Task What_is_wrong_is_said_of_its_place_and_nothing_is_kept(string body, string field)
    {
        var run = await _mira.NewRun();
        var answer = await _mira.Send("POST", Logs(run), body);
        Assert.Equal((422, "validation_error"), (answer.Status, answer.Json.At("error.code").GetString()));
        Assert.Equal(field, Assert.Single(answer.Json.At("error.details").EnumerateObject()).Name);
        Assert.Empty(Texts(await _mira.Get(Logs(run))));
    }

    [Fact]
    public async Task Limits_are_said()
    {
        var run = await _mira.NewRun();
        Assert.Equal(422, (await _mira.Post(Logs(run), new { lines = Lines(0, 1001) })).Status);
        Assert.Equal(422, (await Text(run, "a", type: "application/octet-stream")).Status);
        var longest = string.Concat(Enumerable.Repeat("漢", 10_000));
        Assert.Equal(1, (await _mira.Post(Logs(run), new { lines = new[] { longest, new string('x', 16 * 1024) } })).At("data.cut").GetInt32());
        var kept = Texts(await _mira.Get(Logs(run)));
        Assert.InRange(Encoding.UTF8.GetByteCount(kept[0]), 16_000, 16 * 1024);
        Assert.EndsWith("漢…", kept[0], StringComparison.Ordinal);
        Assert.Equal(16 * 1024, kept[1].Length);
        foreach (var query in (string[])["?limit=0", "?limit=1001", "?tail=x", "?after=-1", "?level=loud", "?since=never"])
            Assert.Equal(422, (await _mira.Get(Logs(run, query))).Status);
    }

    [Fact]
    public async Task Who_may_not_see_a_run_hears_of_no_console()
    {
        var run = await _mira.NewRun();
        var (vito, stan) = (new Tracker(world.Client(world.Cast.Viewer)), new Tracker(world.Client(world.Cast.Stranger)));
        Assert.Equal((403, 200), ((await vito.Post(Logs(run), new { lines = Lines(0, 1) })).Status, (await vito.Get(Logs(run))).Status));
        Assert.Equal((404, 404), ((await stan.Post(Logs(run), new { lines = Lines(0, 1) })).Status, (await stan.Get(Logs(run))).Status));
        var nobody = await new Tracker(world.Client(null)).Get(Logs(run));
        Assert.Equal((401, "unauthorized"), (nobody.Status, nobody.Json.At("error.code").GetString()));
        Assert.Equal(404, (await _mira.Get(Logs("nothing"))).Status);
        // A cookie alone writes nothing from another site.
        using var forged = await (await world.Visit(world.Cast.Member)).Http.PostAsync(Logs(run), new StringContent("x"));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        await using var listener = await world.Listen(world.Cast.Stranger, $"run-log:{run}");
        Assert.NotEqual(HttpStatusCode.OK, listener.Status);
        (await _mira.Post("runs/delete", new { run_id = run })).Is("{}");
        Assert.Equal(422, (await _mira.Post(Logs(run), new { lines = Lines(0, 1) })).Status);
        Assert.Empty(Texts(await _mira.Get(Logs(run))));
    }

    [Fact]
    public async Task Lines_arrive_on_open_pages_and_are_no_markup()
    {
        var run = await _mira.NewRun();
        (await _mira.Post(Logs(run), new { lines = new[] { "before" } })).Ok();
        await using var listener = await world.Listen(world.Cast.Viewer, $"run-log:{run}");
        Assert.Contains("\"next\":2", (await listener.Next("log-greeting")).Data, StringComparison.Ordinal);
        (await _mira.Post(Logs(run), new { lines = new object[] { new { text = "<script>alert(1)</script> \u001b[1mbold\u001b[0m \u001b]0;title\u0007", level = "error" } } })).Ok();
        var html = System.Text.Json.JsonDocument.Parse((await listener.Next("log-lines")).Data).RootElement;
        Assert.Equal($"run-log-{run}", html.At("log").GetString());
        Assert.Contains($"run-log-{run}-L2", html.At("html").GetString(), StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", html.At("html").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html.At("html").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("before", html.At("html").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', html.At("html").GetString()!);
        // More than a message takes: the page is told to look for itself.
        (await _mira.Post(Logs(run), new { lines = Lines(0, 900) })).Ok();
        await listener.Next("log-behind");
    }

    [Fact]
    public async Task The_page_draws_the_end_and_fetches_the_rest()
    {
        var run = await _mira.NewRun();
        var vito = await world.Visit(world.Cast.Viewer);
        var path = $"/experiments/runs/{run}?tab=logs";
        Assert.Contains("logging.Handler", (await vito.Get(path)).Words($"#run-log-{run} .empty"), StringComparison.Ordinal);
        for (var i = 0; i < 2; i++)
            (await _mira.Post(Logs(run), new { lines = Enumerable.Range(i * 1000, 1000).Select(n => new { text = $"line {n}", level = n % 100 == 0 ? "warn" : "info" }) })).Ok();
        var page = await vito.Get(path);
        Assert.Equal(500, page.QuerySelectorAll($"#run-log-{run}-lines li").Length);
        Assert.NotNull(page.QuerySelector($"#run-log-{run}-L2000"));
        Assert.Contains($"run-log%3A{run}", page.QuerySelector("#live")!.GetAttribute("hx-sse:connect")!, StringComparison.Ordinal);
        var older = (await vito.Ask($"/experiments/runs/{run}?part=log&before=1501")).Page;
        Assert.Equal(($"run-log-{run}-L1001", 500), (older.QuerySelector("li")!.Id, older.QuerySelectorAll("li").Length));
        Assert.Equal(20, (await vito.Get(path + "&level=warn")).QuerySelectorAll($"#run-log-{run}-lines li").Length);
        Assert.Equal(["line 7", "line 70"], (await vito.Get(path + "&q=LINE+7")).QuerySelectorAll($"#run-log-{run}-lines li > span:last-child").Take(2).Select(l => l.TextContent));
        Assert.NotNull((await vito.Get(path + "&q=nothing+like+it")).QuerySelector(".empty"));
        Assert.Equal(HttpStatusCode.NotFound, (await (await world.Visit(world.Cast.Stranger)).Ask($"/experiments/runs/{run}?part=log&before=9")).Status);
    }

    [Fact]
    public async Task Old_lines_are_forgotten()
    {
        var run = await _mira.NewRun();
        (await _mira.Post(Logs(run), new { lines = Lines(1, 3) })).Ok();
        await using (var connection = new NpgsqlConnection(world.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("update experiments.run_log_line set received_at = now() - interval '100 days' where run_id = $1 and number <= 2", connection) { Parameters = { new() { Value = Guid.Parse(run, CultureInfo.InvariantCulture) } } };
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
        var admin = await world.Visit(world.Cast.Admin);
        await admin.Send("/admin/jobs/job/crucible.ForgetOldData?handler=Run", await admin.FormToken());
        await Until.True(async () => (await _mira.Get(Logs(run))).At("meta.dropped").GetInt32() == 2, "the old lines are gone");
        Assert.Equal(["line 3"], Texts(await _mira.Get(Logs(run))));
    }
}

/// <summary>A console that is full.</summary>
public sealed class FullConsoleTests(ShortConsoles world) : IClassFixture<ShortConsoles>
{
    [Fact]
    public async Task The_oldest_lines_go_and_that_is_said()
    {
        var mira = new Tracker(world.Client(world.Cast.Member));
        var run = await mira.NewRun();
        for (var i = 0; i < 3; i++)
            (await mira.Post($"/api/v1/runs/{run}/logs", new { lines = Enumerable.Range(i * 500, 500).Select(n => $"line {n}") })).Ok();
        var page = await mira.Get($"/api/v1/runs/{run}/logs");
        Assert.Equal((1000, 500, 501), (page.At("meta.total").GetInt32(), page.At("meta.dropped").GetInt32(), page.At("data[0].number").GetInt32()));
        var shown = (await world.Visit(world.Cast.Viewer)).Get($"/experiments/runs/{run}?tab=logs&before=600");
        Assert.Contains("The first 500 lines are gone", (await shown).Words(".run-console"), StringComparison.Ordinal);
        using var text = await mira.Http.GetAsync($"/api/v1/runs/{run}/logs?format=text");
        Assert.StartsWith("(the first 500 lines are gone", await text.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
