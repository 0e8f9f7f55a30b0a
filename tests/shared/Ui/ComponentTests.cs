using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Crucible.Charts;
using Crucible.Live;
using Crucible.Ui;
using Crucible.Ui.Guide;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crucible.Tests.Ui;

public sealed class ComponentTests
{
    private static async Task<IHtmlDocument> Draw<T>(params (string, object?)[] parameters) where T : IComponent
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var html = await new FragmentRenderer(services.GetRequiredService<IServiceScopeFactory>(), NullLoggerFactory.Instance).Render<T>(parameters);
        return new HtmlParser().ParseDocument(html);
    }

    [Fact]
    public async Task The_style_guide_has_no_style_attribute_and_no_script()
    {
        var page = await Draw<StyleGuide>();
        Assert.True(page.QuerySelectorAll("section.panel").Length >= 12);
        Assert.Empty(page.QuerySelectorAll("[style], script, [onclick], [hx-on]"));
        Assert.Empty(page.QuerySelectorAll("[id]").GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public async Task Names_from_outside_are_text_and_nothing_else()
    {
        const string evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>&'";
        var plan = new ChartPlan { Series = [new(evil, [new(0, 1), new(1, 2)]) { Key = evil, Run = evil }], Axis = Axis.Step };
        var page = await Draw<LineChart>(("Plan", plan), ("Title", evil), ("Legend", true), ("XUnit", evil), ("Hint", evil));
        Assert.Empty(page.QuerySelectorAll("script, img"));
        Assert.Equal(evil, page.QuerySelector("g[data-line]")!.GetAttribute("data-name"));
        Assert.Contains(evil, page.QuerySelector(".x-axis text:last-child")!.TextContent);

        page = await Draw<BarChart>(("Items", (Bar[])[new(evil, 1)]), ("Title", evil));
        Assert.Empty(page.QuerySelectorAll("script, img"));
        page = await Draw<Tree>(("Id", "t"), ("Items", (Leaf[])[new($"a.{evil}", evil)]));
        Assert.Empty(page.QuerySelectorAll("script, img"));
    }

    [Fact]
    public async Task A_line_says_what_the_scripts_need()
    {
        var plan = new ChartPlan { Series = [new("this run", [new(0, 1, 1000), new(10, double.NaN), new(20, 3)]) { Run = "r1", Key = "loss", Rev = 42, Live = true }], End = 100 };
        var page = await Draw<LineChart>(("Plan", plan), ("Title", "loss"), ("Id", "c"), ("Url", "/c"));
        var figure = page.QuerySelector("figure")!;
        Assert.Equal(("/c", "refresh", "outerMorph", "from to"), (figure.GetAttribute("hx-get"), figure.GetAttribute("hx-trigger"), figure.GetAttribute("hx-swap"), figure.GetAttribute("data-query")));
        var plot = page.QuerySelector(".plot")!;
        Assert.Equal(("0", "100", "step"), (plot.GetAttribute("data-x0"), plot.GetAttribute("data-x1"), plot.GetAttribute("data-x")));
        var line = page.QuerySelector("g[data-line]")!;
        Assert.Equal(("r1", "loss", "42"), (line.GetAttribute("data-run"), line.GetAttribute("data-series-key"), line.GetAttribute("data-rev")));
        Assert.Equal("0 1 - 1000;10 NaN -;20 3 -", line.GetAttribute("data-points"));
        Assert.Equal("M0 1000M200 0", line.QuerySelector(".line")!.GetAttribute("d"));
        Assert.Equal("20%", page.QuerySelector("circle.head")!.GetAttribute("cx"));
    }

    [Fact]
    public async Task A_tree_splits_keys_and_keeps_a_key_that_is_also_a_branch()
    {
        var page = await Draw<Tree>(("Id", "t"), ("Items", (Leaf[])[new("optimizer.lr", "3e-4"), new("optimizer", "adamw"), new("data/train/path", "/x")]));
        Assert.Equal(["optimizer", "data", "train"], page.QuerySelectorAll("summary").Select(s => s.TextContent.Trim()));
        Assert.Equal(["t-optimizer-", "t-data-", "t-data-train-"], page.QuerySelectorAll("details").Select(s => s.Id));
        Assert.Equal(["lr", "path", "optimizer"], page.QuerySelectorAll("dt").Select(s => s.TextContent));
    }

    [Fact]
    public async Task The_stream_states_what_it_listens_to_in_a_constant_order()
    {
        Topic[] topics = [new("run", "7"), new("experiments", "t1"), new("run", "7")];
        var page = await Draw<LiveStream>(("Topics", topics), ("After", Cursor.Parse("run:7=9")), ("Beat", 3), ("Screen", true));
        var live = page.QuerySelector("#live")!;
        Assert.Equal("/live?topics=experiments%3At1%2Crun%3A7&after=run%3A7%3D9&beat=3", live.GetAttribute("hx-sse:connect"));
        Assert.Equal("none", live.GetAttribute("hx-swap"));
        Assert.Contains("pauseOnBackground:false", live.GetAttribute("hx-config"));
        Assert.Null((await Draw<LiveStream>(("Topics", Array.Empty<Topic>()))).QuerySelector("#live"));
    }

    [Theory]
    [InlineData("Ines Duarte", "ID"), InlineData("tomo", "TO"), InlineData("mira.okafor@x", "MX"), InlineData("", "?"), InlineData("Åsa Ö", "ÅÖ")]
    public void Initials_are_of_the_first_and_the_last_word(string name, string initials)
    {
        Assert.Equal(initials, Avatar.Initials(name));
        Assert.InRange(Avatar.Colour(name), 1, 6);
        Assert.Equal(Avatar.Colour(name), Avatar.Colour(name.ToUpperInvariant()));
    }
}
