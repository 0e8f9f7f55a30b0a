using System.Diagnostics;
using AngleSharp.Dom;
using Crucible.Testing;

namespace Crucible.Host.Tests.Security;

/// <summary>Notes that were written to run in the reader's browser, or to keep the server busy.</summary>
[Collection(nameof(Untouched))]
public sealed class MarkdownAttackTests(Everything world)
{
    private const int Longest = 4990;

    public static TheoryData<string> Harmful => [.. (string[])
    [
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\tscript:alert(1))", "[x](java&#10;script:alert(1))", "[x](&#106;avascript:alert(1))", "[x](<javascript:alert(1)>)", "[x](%6aavascript:alert(1))", "[x](\u0001javascript:alert(1))", "[x](vbscript:x)",
        "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)", "![x](data:image/svg+xml;base64,PHN2Zy8+)", "![x](https://evil.example/pixel.png)", "![x](//evil.example/pixel.png)", "[x](//evil.example)", "[x](/\\evil.example)", "[x](\\\\evil.example)", "[x](file:///etc/passwd)", "<javascript:alert(1)>",
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<iframe src=//evil.example></iframe>", "<style>*{display:none}</style>", "<base href=//evil.example>", "<form action=//evil.example><input name=password></form>", "<!--<script>-->alert(1)<!--</script>-->", "<details open ontoggle=alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]", "[x][y]\n\n[y]: data:text/html,x", "[x](https://good.example \"a\\\" onmouseover=alert(1) x=\\\"\")", "[x](https://good.example 'a\" onmouseover=\"alert(1)')", "`<script>alert(1)</script>`", "```html\" onload=\"alert(1)\n<script>alert(1)</script>\n```", "# x {onclick=alert(1) style=color:red}", "[x](https://a.example){onclick=alert(1)}", "- [ ] <script>alert(1)</script>", "| <script>alert(1)</script> |\n|---|\n| [x](javascript:alert(1)) |",
        "https://good.example/\"onmouseover=\"alert(1)", "www.evil.example/<script>", "mailto:x@x.example?body=<script>", "~~<b onclick=x>~~", "<a\n href=\"javascript:alert(1)\">", "\\<script>alert(1)\\</script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
    ]];

    [Theory]
    [MemberData(nameof(Harmful))]
    public async Task A_note_is_text_and_links(string note)
    {
        var words = (await world.Cases())[0].Things.Words;
        foreach (var page in await Write(words, note))
        {
            Assert.True(page.Status == 200, page.ToString());
            Assert.Empty(PageRules.Faults(page, isPrivate: true));
            var shown = Seat.Parse(page.Body).QuerySelector(".prose, .note, [id$=-note]");
            Assert.NotNull(shown);
            Assert.Empty(shown.QuerySelectorAll("img, picture, video, audio, source"));
        }
    }

    public static TheoryData<string, string> Bombs => new()
    {
        { "emphasis", string.Concat(Enumerable.Repeat("*a **a ", Longest / 7)) },
        { "unclosed emphasis", string.Concat(Enumerable.Repeat("_*", Longest / 2)) },
        { "open brackets", new string('[', Longest) },
        { "brackets and parentheses", string.Concat(Enumerable.Repeat("[](", Longest / 3)) },
        { "links in links", string.Concat(Enumerable.Repeat("[a", Longest / 4)) + string.Concat(Enumerable.Repeat("](b", Longest / 8)) },
        { "pictures", string.Concat(Enumerable.Repeat("![", Longest / 2)) },
        { "backticks", string.Join('x', Enumerable.Range(1, 97).Select(i => new string('`', i))) },
        { "quotes in quotes", new string('>', Longest) },
        { "quotes with spaces", string.Concat(Enumerable.Repeat("> ", Longest / 2)) + "x" },
        { "lists in lists", string.Concat(Enumerable.Repeat("- ", Longest / 2)) + "x" },
        { "numbered lists in lists", string.Concat(Enumerable.Repeat("1. ", Longest / 3)) + "x" },
        { "lists and quotes", string.Concat(Enumerable.Repeat("- > ", Longest / 4)) + "x" },
        { "a wide table", string.Concat(Enumerable.Repeat("|a", 1200)) + "|\n" + string.Concat(Enumerable.Repeat("|-", 1200)) + "|\n|x|" },
        { "a long table", "|a|\n|-|\n" + string.Concat(Enumerable.Repeat("|x|\n", Longest / 4 - 10)) },
        { "angle brackets", new string('<', Longest) },
        { "unclosed tags", string.Concat(Enumerable.Repeat("<a ", Longest / 3)) },
        { "unclosed comments", string.Concat(Enumerable.Repeat("<!-- ", Longest / 5)) },
        { "unclosed CDATA", string.Concat(Enumerable.Repeat("<![CDATA[", Longest / 9)) },
        { "entities", string.Concat(Enumerable.Repeat("&amp", Longest / 4)) },
        { "ampersands", new string('&', Longest) },
        { "backslashes", new string('\\', Longest) },
        { "blank quotes", string.Concat(Enumerable.Repeat(">\n", Longest / 2)) },
        { "fences", string.Concat(Enumerable.Repeat("```\n~~~\n", Longest / 8)) },
        { "references", string.Join('\n', Enumerable.Range(0, 240).Select(i => $"[{i}]: /x{i}\n[{i}]")) },
        { "headings", string.Concat(Enumerable.Repeat("#\n", Longest / 2)) },
        { "addresses", string.Concat(Enumerable.Repeat("http://a.", Longest / 9)) },
        { "at signs", string.Concat(Enumerable.Repeat("a@", Longest / 2)) },
        { "tildes", string.Concat(Enumerable.Repeat("~~a~^", Longest / 5)) },
        { "tasks", string.Concat(Enumerable.Repeat("- [ ] - [x] ", Longest / 12)) },
        { "tabs", new string('\t', Longest) + "x" },
        { "marks", string.Concat(Enumerable.Repeat("a\u0301\u200d", Longest / 3)) },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_note_costs_no_more_than_its_length(string what, string note)
    {
        var words = (await world.Cases())[0].Things.Words;
        var began = Stopwatch.GetTimestamp();
        foreach (var page in await Write(words, note))
        {
            Assert.True(page.Status == 200, $"{what}: {page}");
            // What is pathological doubles with each level; a busy machine does not reach this.
            Assert.True(page.Body.Length < 5_000_000, $"{what}: {note.Length} characters became {page.Body.Length}.");
        }
        var took = Stopwatch.GetElapsedTime(began);
        Assert.True(took < TimeSpan.FromSeconds(8), $"{what} took {took.TotalSeconds:0.0} s.");
    }

    /// <summary>Writes a note on a run and on its experiment, and opens both.</summary>
    private async Task<Reply[]> Write(IReadOnlyDictionary<string, string> words, string note)
    {
        var mira = await world.Sit(world.Cast.Member);
        string[] pages = [$"/experiments/runs/{words["run"]}", $"/experiments/{words["experiment"]}"];
        foreach (var page in pages)
        {
            var written = await mira.Submit(page + "?handler=Note", Seat.Form("text=" + Uri.EscapeDataString(note)));
            Assert.True(written.Status == 302, written.ToString());
        }
        return [await mira.Get(pages[0]), await mira.Get(pages[1])];
    }
}
