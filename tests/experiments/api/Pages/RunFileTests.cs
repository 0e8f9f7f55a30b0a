using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>Files of a run: the tree, the viewers, and that nothing of it runs in our origin.</summary>
public sealed class RunFileTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string> With(params (string Path, string Content)[] files)
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await Parallel.ForEachAsync(files, async (file, _) => (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}", new ByteArrayContent(Encoding.UTF8.GetBytes(file.Content)))).Is("{}"));
        return run;
    }

    private async Task<AngleSharp.Dom.IElement> View(string run, string path, string more = "") =>
        (await (await world.Visit(world.Cast.Viewer)).Get($"/experiments/runs/{run}?tab=artifacts&file={Uri.EscapeDataString(path)}{more}")).QuerySelector("#run-file")!;

    [Fact]
    public async Task Each_kind_has_its_viewer()
    {
        const string Markup = "<h1 id=planted>x</h1><script>alert(1)</script>";
        var run = await With(("a.svg", $"<svg xmlns='http://www.w3.org/2000/svg'>{Markup}</svg>"), ("a.md", $"# Head\n\n{Markup} [x](javascript:alert(1))"), ("a.json", """{"a": ["</script><h1 id=planted>"]}"""), ("a.csv", "name,\"note\"\nx,\"a, \"\"b\"\"\n<h1 id=planted>\"\nlast,1.5\n"),
            ("a.wav", "RIFF"), ("a.mp4", "...."), ("a.pdf", "%PDF-1.4"), ("a.html", Markup), ("a.bin", "\0\0"), ("MLmodel", "flavors: {}"), ("a.png", "PNG"), ("b.txt", "\0binary"));
        var svg = await View(run, "a.svg");
        Assert.StartsWith("/get-artifact?", svg.QuerySelector("img")!.GetAttribute("src"), StringComparison.Ordinal);
        var md = await View(run, "a.md");
        Assert.Equal("Head", md.QuerySelector(".prose h3")!.TextContent);
        Assert.Empty(md.QuerySelectorAll("a[href^=javascript]"));
        Assert.NotNull((await View(run, "a.json")).QuerySelector("[role=tree]"));
        var csv = await View(run, "a.csv");
        Assert.Equal(["name", "note"], csv.QuerySelectorAll("thead th").Skip(1).Select(h => h.TextContent));
        Assert.Equal(["x", "a, \"b\"\n<h1 id=planted>"], csv.QuerySelectorAll("tbody tr:first-child td").Skip(1).Select(c => c.TextContent.ReplaceLineEndings("\n")));
        Assert.NotNull((await View(run, "a.wav")).QuerySelector("audio[controls]"));
        Assert.NotNull((await View(run, "a.mp4")).QuerySelector("video[controls]"));
        Assert.StartsWith($"/experiments/runs/{run}/frame?", (await View(run, "a.pdf")).QuerySelector("iframe")!.GetAttribute("src"), StringComparison.Ordinal);
        var html = await View(run, "a.html");
        Assert.Equal("allow-scripts", html.QuerySelector("iframe")!.GetAttribute("sandbox"));
        Assert.Contains("flavors", (await View(run, "MLmodel")).TextContent, StringComparison.Ordinal);
        foreach (var other in (string[])["a.bin", "b.txt"])
            Assert.Contains("No preview", (await View(run, other)).TextContent, StringComparison.Ordinal);
        Assert.NotNull((await View(run, "a.bin")).QuerySelector("[data-copy]"));
        foreach (var name in (string[])["a.svg", "a.md", "a.json", "a.csv", "a.html", "a.pdf"])
            Assert.Empty((await View(run, name)).QuerySelectorAll("#planted, script, [onload], embed, object"));
    }

    [Fact]
    public async Task A_page_is_framed_in_an_origin_of_its_own()
    {
        var run = await With(("a.html", "<script>alert(1)</script>"), ("a.svg", "<svg/>"), ("a.pdf", "%PDF-1.4 <script>"), ("a.txt", "x"));
        var vito = await world.Visit(world.Cast.Viewer);
        using var html = await vito.Http.GetAsync($"/experiments/runs/{run}/frame?path=a.html");
        var policy = html.Headers.GetValues("Content-Security-Policy").Single().Split("; ");
        Assert.Contains("sandbox allow-scripts", policy);
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains("frame-ancestors 'self'", policy);
        Assert.DoesNotContain(policy, p => p.Contains("allow-same-origin", StringComparison.Ordinal) || p.Contains("http", StringComparison.Ordinal) || p.Contains('*') || p.StartsWith("connect-src", StringComparison.Ordinal));
        Assert.Equal(("text/html", "nosniff"), (html.Content.Headers.ContentType?.MediaType, html.Headers.GetValues("X-Content-Type-Options").Single()));
        using var pdf = await vito.Http.GetAsync($"/experiments/runs/{run}/frame?path=a.pdf");
        Assert.Equal(("application/pdf", "nosniff"), (pdf.Content.Headers.ContentType?.MediaType, pdf.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.DoesNotContain("script-src", pdf.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        // Nothing else is ever shown in a frame.
        foreach (var path in (string[])["a.svg", "a.txt", "none.html", "../../x.html", "", "..%2f..%2fx.pdf"])
            Assert.Equal(HttpStatusCode.NotFound, (await vito.Http.GetAsync($"/experiments/runs/{run}/frame?path={path}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await (await world.Visit(world.Cast.Stranger)).Http.GetAsync($"/experiments/runs/{run}/frame?path=a.html")).StatusCode);
    }

    [Fact]
    public async Task Players_get_the_range_they_ask_for()
    {
        var run = await With(("clip.mp4", "0123456789"));
        foreach (var (range, status, content) in ((string, int, string)[])[("bytes=2-4", 206, "234"), ("bytes=7-", 206, "789"), ("bytes=-2", 206, "89"), ("bytes=0-", 206, "0123456789"), ("bytes=99-", 416, "")])
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, $"/get-artifact?run_id={run}&path=clip.mp4");
            ask.Headers.Range = RangeHeaderValue.Parse(range);
            using var answer = await _mira.Http.SendAsync(ask);
            Assert.Equal((status, content), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
            Assert.Equal("default-src 'none'; sandbox", answer.Headers.GetValues("Content-Security-Policy").Single());
        }
        using var whole = await _mira.Http.GetAsync($"/get-artifact?run_id={run}&path=clip.mp4");
        Assert.Equal((200, 10L, "bytes"), ((int)whole.StatusCode, whole.Content.Headers.ContentLength, whole.Headers.AcceptRanges.Single()));
    }

    [Fact]
    public async Task A_long_table_is_shown_row_by_row_and_says_what_is_left()
    {
        var run = await With(("long.csv", "n,text\n" + string.Concat(Enumerable.Range(0, 12_000).Select(i => $"{i},t\n"))), ("wide.tsv", string.Join('\t', Enumerable.Range(0, 100)) + "\n1\t2\n"), ("broken.csv", "a,b\n\"x,1\n2,3\n"), ("empty.csv", ""));
        var page = await View(run, "long.csv");
        Assert.Equal(100, page.QuerySelectorAll("tbody tr").Length);
        Assert.Contains("row=100", page.QuerySelector("a[rel=next]")!.GetAttribute("href"), StringComparison.Ordinal);
        page = await View(run, "long.csv", "&row=9900");
        Assert.Equal(("9900", 100), (page.QuerySelector("tbody td:nth-child(2)")!.TextContent, page.QuerySelectorAll("tbody tr").Length));
        Assert.Contains("the first 10,000", page.TextContent, StringComparison.Ordinal);
        Assert.Contains("40 columns", (await View(run, "wide.tsv")).TextContent, StringComparison.Ordinal);
        Assert.Contains("quotes do not close", (await View(run, "broken.csv")).TextContent, StringComparison.Ordinal);
        Assert.Contains("empty", (await View(run, "empty.csv")).TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_text_shows_its_beginning_and_says_so()
    {
        var run = await With(("long.txt", string.Concat(Enumerable.Range(0, 100_000).Select(i => $"line {i}\n"))));
        var page = await View(run, "long.txt");
        Assert.Contains("beginning", page.TextContent, StringComparison.Ordinal);
        Assert.Contains("line 20000", page.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("line 99999", page.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folders_are_read_when_they_are_opened_and_a_long_one_has_pages()
    {
        var run = await With([("top.txt", "1"), ("deep/er/x.txt", "1"), .. Enumerable.Range(0, 230).Select(i => ($"many/f{i:000}", "1"))]);
        var vito = await world.Visit(world.Cast.Viewer);
        var path = $"/experiments/runs/{run}";
        var closed = await vito.Get(path);
        Assert.Equal(["deep", "many", "top.txt"], closed.QuerySelectorAll($"#run-artifacts-{run} > ul > li > a").Select(a => a.TextContent.Trim()));
        Assert.Null(closed.QuerySelector($"#run-artifacts-{run} ul ul"));
        // As the script asks for it, and as the address holds it.
        var part = closed.QuerySelector($"#run-artifacts-{run} a.folder")!;
        Assert.NotNull((await vito.Ask(part.GetAttribute("hx-get")!)).Page.QuerySelector("a[aria-expanded=true]"));
        var open = await vito.Get($"{path}?tab=artifacts&open=deep,{Uri.EscapeDataString("deep%2Fer")},many");
        Assert.Contains("x.txt", open.Words($"#run-artifacts-{run}"), StringComparison.Ordinal);
        Assert.Contains("30 more", open.Words($"#run-artifacts-{run}"), StringComparison.Ordinal);

        var (seen, address) = (new List<string>(), (string?)$"{path}?tab=artifacts&path=many");
        while (address is not null)
        {
            var page = await vito.Get(address);
            seen.AddRange(page.QuerySelectorAll("#run-folder tbody a").Select(a => a.TextContent.Trim()));
            address = page.QuerySelector("#run-folder a[rel=next]")?.GetAttribute("href");
        }
        Assert.Equal(Enumerable.Range(0, 230).Select(i => $"f{i:000}"), seen);
        Assert.Equal(["f007"], (await vito.Get($"{path}?tab=artifacts&path=many&find=007")).QuerySelectorAll("#run-folder tbody a").Select(a => a.TextContent.Trim()));
        foreach (var wrong in (string[])["../..", "none", "/etc", "top.txt"])
            Assert.Contains("not there", (await vito.Get($"{path}?tab=artifacts&path={wrong}")).Words("#run-file"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_any_kind_lead_to_their_file()
    {
        string[] names = ["a b.txt", "100%.txt", "a+b&c=d.txt", "hash#1.txt", "q?.txt", "<b>x.txt", "quote\"'.txt", "a,b.txt", "ünï 漢🦊.txt", "javascript:x.txt", "..a.txt"];
        var run = await With([.. names.Select(n => ($"dir, x/{n}", "content of " + n))]);
        var vito = await world.Visit(world.Cast.Viewer);
        var folder = (await vito.Get($"/experiments/runs/{run}?tab=artifacts")).QuerySelector("a.folder")!.GetAttribute("href")!;
        var tree = await vito.Get(folder);
        var links = tree.QuerySelectorAll($"#run-artifacts-{run} ul ul a").Select(a => (a.TextContent.Trim(), a.GetAttribute("href")!)).ToList();
        Assert.Equal(names.Order(StringComparer.Ordinal), links.Select(l => l.Item1));
        foreach (var (name, link) in links)
            Assert.Contains("content of " + name, (await vito.Get(link)).Words("#run-file"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_comes_as_a_zip_and_nothing_else_does()
    {
        var run = await With(("a/b.txt", "one"), ("a/c/d é.txt", "two"), ("top.txt", "three"));
        var vito = await world.Visit(world.Cast.Viewer);
        foreach (var (path, expected) in ((string, string[])[])[("a", ["b.txt", "c/d é.txt"]), ("", ["a/b.txt", "a/c/d é.txt", "top.txt"])])
        {
            using var answer = await vito.Http.GetAsync($"/experiments/runs/{run}/zip?path={path}");
            Assert.Equal(("application/zip", "attachment"), (answer.Content.Headers.ContentType?.MediaType, answer.Content.Headers.ContentDisposition?.DispositionType));
            using var zip = new ZipArchive(new MemoryStream(await answer.Content.ReadAsByteArrayAsync()));
            Assert.Equal(expected, zip.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
            using var reader = new StreamReader(zip.GetEntry(expected[1])!.Open());
            Assert.Equal("two", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        foreach (var path in (string[])["none", "..", "../..", "%2fetc"])
            Assert.Equal(HttpStatusCode.NotFound, (await vito.Http.GetAsync($"/experiments/runs/{run}/zip?path={path}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await (await world.Visit(world.Cast.Stranger)).Http.GetAsync($"/experiments/runs/{run}/zip")).StatusCode);
    }
}
