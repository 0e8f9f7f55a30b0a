using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Crucible.Live;
using Crucible.Search;
using Crucible.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crucible.Tests.Ui;

/// <summary>What components decide by themselves, beyond their markup.</summary>
public sealed class KitTests
{
    private const string Evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&'";
    private static readonly DateTimeOffset Now = new(2026, 9, 14, 16, 4, 9, TimeSpan.Zero);
    private static readonly Vocabulary Words = new(new("state", QualifierKind.Choice, "how it ended") { Values = ["failed"] }, new("job", QualifierKind.Text, "its name"));

    private static async Task<IHtmlDocument> Draw<T>(params (string, object?)[] parameters) where T : IComponent
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        return new HtmlParser().ParseDocument(await new FragmentRenderer(services.GetRequiredService<IServiceScopeFactory>(), NullLoggerFactory.Instance).Render<T>(parameters));
    }

    private static Task<IHtmlDocument> Field(string text) => Draw<QueryField>(("Id", "q"), ("Label", "Filter"), ("Url", "/jobs"), ("Vocabulary", Words), ("Query", Qualifiers.Parse(text, Words, Now)),
        ("Keep", new Dictionary<string, string> { ["sort"] = "a&b" }));

    [Fact]
    public async Task A_query_field_shows_terms_as_chips_that_lead_to_the_rest()
    {
        var page = await Field("state:failed free -job:\"x y\"");
        Assert.Equal(["state:failed", "-job:\"x y\""], page.QuerySelectorAll(".term").Select(t => t.GetAttribute("data-term")));
        Assert.Equal("/jobs?sort=a%26b&q=free%20-job%3A%22x%20y%22", page.QuerySelector(".term a")!.GetAttribute("href"));
        Assert.Equal(("free", "state:failed free -job:\"x y\""), (page.QuerySelector(".words")!.GetAttribute("value"), page.QuerySelector(".whole")!.GetAttribute("value")));
        Assert.Equal(["sort", "q"], page.QuerySelectorAll("[name]").Select(e => e.GetAttribute("name")));
    }

    [Fact]
    public async Task A_wrong_word_is_marked_and_named_by_the_field()
    {
        var page = await Field("state:faild free");
        Assert.Equal("faild", page.QuerySelector("mark")!.TextContent);
        Assert.Equal(page.QuerySelector("[role=alert]")!.Id, page.QuerySelector("#q")!.GetAttribute("aria-describedby"));
        Assert.Empty(page.QuerySelectorAll(".term"));
    }

    [Fact]
    public async Task Words_from_outside_are_text_and_nothing_else()
    {
        IHtmlDocument[] pages =
        [
            await Field($"job:{Qualifiers.Quote(Evil)} {Evil}"),
            await Draw<LogView>(("Id", "l"), ("Lines", (LogLine[])[new(1, Evil), new(2, "\u001b[31m" + Evil)])),
            await Draw<JsonTree>(("Id", "j"), ("Json", System.Text.Json.JsonSerializer.Serialize(new Dictionary<string, string> { [Evil] = Evil }))),
            await Draw<JsonTree>(("Id", "j"), ("Json", Evil)),
            await Draw<DiffView>(("Old", Evil), ("New", Evil + Evil)), await Draw<DiffView>(("Old", Evil), ("New", "x " + Evil), ("Split", true)),
            await Draw<PaletteResults>(("Query", Evil), ("Groups", (PaletteGroup[])[new(Evil, [new(Evil, "/", Evil, Evil, Evil), new(Evil, "/x", "play", Post: true)])])),
            await Draw<Combobox>(("Id", "c"), ("Label", Evil), ("Name", "c"), ("Multiple", true), ("Options", (Option[])[new(Evil, Evil, Evil)]), ("Chosen", (Option[])[new(Evil)])),
            await Draw<Timeline>(("Label", Evil), ("Events", (Happening[])[new(Now, Evil) { Actor = Evil, Detail = Evil }])),
            await Draw<Toasts>(("Left", (Toast[])[new(Evil, Undo: "/x", Label: Evil)])),
        ];
        Assert.All(pages, page => Assert.Empty(page.QuerySelectorAll("script, img")));
        Assert.Contains(Evil, pages[1].QuerySelector("li")!.TextContent);
    }

    [Fact]
    public async Task The_palette_says_what_it_does_not_find()
    {
        Assert.Contains("“xyz”", (await Draw<PaletteResults>(("Query", "xyz"), ("Groups", (PaletteGroup[])[new("Pages", [])]))).QuerySelector("[role=status]")!.TextContent);
        var page = await Draw<PaletteResults>(("Query", "j"), ("Groups", (PaletteGroup[])[new("Pages", [new("Jobs", "/admin/jobs", "jobs")]), new("Actions", [new("Pause", "/pause", "pause", Post: true)])]));
        Assert.Equal(["/admin/jobs", "/pause"], page.QuerySelectorAll("#palette-results [role=option]").Select(o => o.GetAttribute("href") ?? o.GetAttribute("data-post")));
    }

    [Fact]
    public void Events_stand_under_their_days() =>
        Assert.Equal([("Today", 2), ("Yesterday", 1), ("1 Sep 2026", 1)],
            Happening.ByDay([new(Now.AddHours(-1), "b"), new(Now, "a"), new(Now.AddDays(-1), "c"), new(new(2026, 9, 1, 23, 59, 0, TimeSpan.Zero), "d")], Now).Select(d => (d.Day, d.Events.Count)));

    private static DefaultHttpContext Http() => new() { RequestServices = new ServiceCollection().AddLogging().AddDataProtection().SetApplicationName("kit-tests").Services.AddSingleton<IDataProtectionProvider>(_ => Keys).BuildServiceProvider() };
    private static readonly IDataProtectionProvider Keys = new EphemeralDataProtectionProvider();

    [Fact]
    public void A_toast_goes_with_the_answer_to_htmx()
    {
        var http = Http();
        http.Request.Headers["HX-Request"] = "true";
        new Toast("3 Läufe", Undo: "/undo").Say(http);
        new Toast("and more", "failed").Say(http);
        var header = http.Response.Headers["HX-Trigger"].ToString();
        Assert.All(header, c => Assert.InRange(c, ' ', '~'));
        using var json = System.Text.Json.JsonDocument.Parse(header);
        var toast = json.RootElement.GetProperty("toast");
        Assert.Equal("body", toast.GetProperty("target").GetString());
        Assert.Equal(["3 Läufe", "and more"], toast.GetProperty("said").EnumerateArray().Select(t => t.GetProperty("text").GetString()));
    }

    [Fact]
    public void A_toast_survives_a_redirect_once_and_cannot_be_forged()
    {
        var http = Http();
        new Toast("3 runs archived", Undo: "/undo").Say(http);
        var cookie = http.Response.Headers.SetCookie.ToString();
        Assert.Contains("httponly", cookie);
        var next = Http();
        next.Request.Headers.Cookie = cookie.Split(';')[0];
        Assert.Equal([new Toast("3 runs archived", Undo: "/undo")], Toast.Left(next));
        Assert.Contains("expires=Thu, 01 Jan 1970", next.Response.Headers.SetCookie.ToString());
        next.Request.Headers.Cookie = cookie.Split(';')[0] + "x";
        Assert.Empty(Toast.Left(next));
    }
}
