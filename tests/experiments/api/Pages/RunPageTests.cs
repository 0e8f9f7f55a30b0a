using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>The page of a run: what it says, and its forms as a browser without script sends them.</summary>
public sealed class RunPageTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<(string Path, string Run, Visitor Mira)> New(string name = "a run")
    {
        var run = await _mira.NewRun(await _mira.NewExperiment(), name);
        return ($"/experiments/runs/{run}", run, await world.Visit(world.Cast.Member));
    }

    private async Task<string?> Tag(string run, string key) => (await _mira.Run(run)).At("data").Pairs("tags").GetValueOrDefault(key);

    [Fact]
    public async Task It_says_what_was_logged()
    {
        var (path, run, mira) = await New("the <first> run");
        await _mira.Log(run, "val/loss", [new(1, 1000, 0.5), new(2, 2000, 0.25)]);
        await _mira.Log(run, "system/cpu", [new(1, 1000, 99)]);
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = new[] { new { key = "optimizer.lr", value = "3e-4" } }, tags = new[] { new { key = "team", value = "<b>vision</b>" } } })).Is("{}");
        var page = await mira.Get(path);
        Assert.EndsWith("the <first> run", page.Words("h1"), StringComparison.Ordinal);
        Assert.Equal("running", page.QuerySelector($"#run-head-{run}")!.GetAttribute("data-run-status"));
        Assert.NotNull(page.QuerySelector($"g[data-line][data-run='{run}'][data-series-key='val/loss']"));
        Assert.Null(page.QuerySelector("g[data-line][data-series-key='system/cpu']"));
        Assert.Contains("3e-4", page.Words($"#run-params-{run}"), StringComparison.Ordinal);
        Assert.Contains("<b>vision</b>", page.Words($"#run-tags-{run}"), StringComparison.Ordinal);
        Assert.Contains($"run%3A{run}", page.QuerySelector("#live")!.GetAttribute("hx-sse:connect")!.Split('&')[0], StringComparison.Ordinal);
        Assert.NotNull((await mira.Get(path + "?tab=system")).QuerySelector("g[data-line][data-series-key='system/cpu']"));
        Assert.DoesNotContain("3e-4", (await mira.Get(path + "?tab=params&q=nothing")).Words($"#run-params-{run}"), StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src]):not([type='application/json'])"));
    }

    [Fact]
    public async Task It_is_renamed_and_a_wrong_name_is_shown_at_its_field()
    {
        var (path, run, mira) = await New();
        var page = await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", "  better  "));
        Assert.Equal((HttpStatusCode.OK, path), (page.Status, page.Address));
        Assert.EndsWith(" better", page.Text("h1"), StringComparison.Ordinal);
        Assert.Equal("better", (await _mira.Run(run)).At("info.run_name").GetString());
        foreach (var wrong in (string[])["", "   ", new('n', 251)])
        {
            page = await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
            Assert.True(page.Text("#run-name-note[role=alert]").Length > 10);
            // Nothing entered: the name it has is offered again.
            Assert.Equal(wrong.Trim().Length == 0 ? "better" : wrong, page.Page.QuerySelector("#run-name")!.GetAttribute("value"));
        }
        Assert.Equal("better", (await _mira.Run(run)).At("info.run_name").GetString());
    }

    [Fact]
    public async Task Tags_are_set_and_removed()
    {
        var (path, run, mira) = await New();
        var page = await mira.Press(path, "form[action$='handler=Tag']", ("key", "team"), ("value", "vision"));
        Assert.Equal((HttpStatusCode.OK, path), (page.Status, page.Address));
        Assert.Contains("vision", page.Text($"#run-tags-{run}"), StringComparison.Ordinal);
        Assert.Equal("vision", await Tag(run, "team"));
        page = await mira.Press(path, "form[action$='handler=Tag']", ("key", "a\tb"), ("value", "x"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("letters", page.Text("[aria-label=Tags] .error[role=alert]"), StringComparison.Ordinal);
        page = await mira.Press(path, $"#run-tags-{run} button[value=team]");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("No tags", page.Text($"#run-tags-{run}"), StringComparison.Ordinal);
        Assert.Null(await Tag(run, "team"));
    }

    [Fact]
    public async Task A_note_is_markdown_and_never_markup_of_its_writer()
    {
        var (path, run, mira) = await New();
        const string note = """
            **bold** <script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="x()">raw</b>

            [js](javascript:alert(1)) [JS](JaVaScRiPt:alert(1)) [tab](java&#9;script:alert(1)) [data](data:text/html,x) [vb](vbscript:x) [two](//elsewhere.example) <javascript:alert(1)>
            [ref][r] ![picture](https://elsewhere.example/p.png) [ok](https://example.org/a) [here](/experiments)

            [r]: javascript:alert(2)

            <iframe src="https://elsewhere.example"></iframe>

            # heading
            """;
        var page = await mira.Press(path + "?edit=note", "form[action*='handler=Note']", ("text", note));
        Assert.Equal((HttpStatusCode.OK, path), (page.Status, page.Address));
        Assert.Equal(note.ReplaceLineEndings("\n"), await Tag(run, "mlflow.note.content"));
        var shown = page.Page.QuerySelector($"#run-note-{run}")!;
        Assert.Equal("bold", shown.QuerySelector("strong")!.TextContent);
        Assert.Empty(shown.QuerySelectorAll("script, img, iframe, b, h1, h2, [onclick], [onerror], [style]"));
        Assert.Contains("<script>alert(1)</script>", shown.TextContent, StringComparison.Ordinal);
        Assert.All(shown.QuerySelectorAll("a"), a => Assert.Matches("^(#|/experiments|https://)", a.GetAttribute("href")!));
        Assert.NotNull(shown.QuerySelector("a[href='https://example.org/a']"));
        Assert.Equal("heading", shown.QuerySelector("h3")!.TextContent);

        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "mlflow.note.content", value = note + "\n\nonce more" })).Is("{}");
        LiveEvent pushed;
        do
            pushed = await listener.Next("");
        while (!pushed.Data.Contains("once more", StringComparison.Ordinal));
        Assert.DoesNotContain("<script", pushed.Data, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", pushed.Data, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_note_that_is_too_long_stays_in_its_field()
    {
        var (path, run, mira) = await New();
        var text = new string('x', 9000);
        var page = await mira.Press(path + "?edit=note", "form[action*='handler=Note']", ("text", text));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("9,000", page.Text("#note-text-note[role=alert]"), StringComparison.Ordinal);
        Assert.Equal(text, page.Page.QuerySelector("#note-text")!.TextContent);
        Assert.Null(await Tag(run, "mlflow.note.content"));
    }

    [Theory]
    [InlineData("completed", "FINISHED")]
    [InlineData("failed", "FAILED")]
    [InlineData("cancelled", "KILLED")]
    public async Task It_is_marked_as_ended(string word, string protocol)
    {
        var (path, run, mira) = await New();
        var page = await mira.Press(path, $"#run-mark button[value={word}]");
        Assert.Equal((HttpStatusCode.OK, path), (page.Status, page.Address));
        Assert.Equal(word, page.Page.QuerySelector($"#run-head-{run}")!.GetAttribute("data-run-status"));
        var info = (await _mira.Run(run)).At("info");
        Assert.Equal(protocol, info.At("status").GetString());
        Assert.True(info.At("end_time").GetInt64() > 1_700_000_000_000);
    }

    [Theory]
    [InlineData("running")]
    [InlineData("lost")]
    [InlineData("")]
    [InlineData("nonsense")]
    public async Task It_is_marked_as_nothing_else(string word)
    {
        var (path, run, mira) = await New();
        Assert.Equal(HttpStatusCode.BadRequest, (await mira.Send($"{path}?handler=Status", ("status", word), await mira.FormToken())).Status);
        Assert.Equal("RUNNING", (await _mira.Run(run)).At("info.status").GetString());
    }

    [Fact]
    public async Task It_is_deleted_and_restored()
    {
        var (path, run, mira) = await New();
        var page = await mira.Press(path, "#run-more button[formaction$='handler=Delete']");
        Assert.Contains("This run is deleted", page.Text($"#run-head-{run}"), StringComparison.Ordinal);
        Assert.Equal("deleted", (await _mira.Run(run)).At("info.lifecycle_stage").GetString());
        page = await mira.Press(path + "?edit=name", "form[action$='handler=Rename']", ("name", "while deleted"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        page = await mira.Press(path, "#run-more button[formaction$='handler=Restore']");
        Assert.DoesNotContain("This run is deleted", page.Text($"#run-head-{run}"), StringComparison.Ordinal);
        Assert.Equal("active", (await _mira.Run(run)).At("info.lifecycle_stage").GetString());
    }

    [Theory]
    [InlineData("page.xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><script>planted(1)</script></html>", true)]
    [InlineData("note.md", "<h1 id=planted>x</h1><script>alert(1)</script>", true)]
    [InlineData("notes.txt", "</code></pre><h1 id=planted>x</h1>", true)]
    [InlineData("data.json", "{\"a\": \"</pre><h1 id=planted>\"}", true)]
    public async Task A_file_is_looked_into_as_text_and_never_as_a_page(string name, string content, bool shown)
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/{name}", new StringContent(content))).Is("{}");
        var mira = await world.Visit(world.Cast.Member);
        var page = await mira.Get($"/experiments/runs/{run}?tab=artifacts&file={name}");
        var file = page.QuerySelector("#run-file")!;
        Assert.Null(page.QuerySelector("#planted"));
        Assert.Empty(file.QuerySelectorAll("script, svg script, iframe, embed, object, img"));
        Assert.Equal(shown, file.TextContent.Contains("planted", StringComparison.Ordinal));
        var link = file.QuerySelector("a[href^='/get-artifact']")!.GetAttribute("href")!;
        using var raw = await mira.Http.GetAsync(link);
        Assert.Equal(HttpStatusCode.OK, raw.StatusCode);
        Assert.Equal("attachment", raw.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("nosniff", raw.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Fact]
    public async Task A_file_that_is_not_there_or_lies_elsewhere_is_no_fault()
    {
        var (path, _, mira) = await New();
        foreach (var file in (string[])["none.txt", "../../other", "/etc/passwd", "..%2f..%2fx"])
            Assert.NotNull((await mira.Get($"{path}?tab=artifacts&file={file}")).QuerySelector("#run-file .empty"));
    }
}
