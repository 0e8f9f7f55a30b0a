using System.Xml.Linq;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>What a person does with a chart: reads it by keys, takes it away as a file, looks closer.</summary>
public sealed class ChartTests(Stage stage)
{
    private static async Task<string> Save(IPage page, string chart, string kind)
    {
        await page.Locator($"#{chart} [data-chart-menu]").ClickAsync();
        var file = await page.RunAndWaitForDownloadAsync(() => page.Locator("#chart-menu button", new() { HasTextString = $"Download {kind}" }).ClickAsync());
        Assert.EndsWith("." + kind.ToLowerInvariant(), file.SuggestedFilename);
        return await file.PathAsync();
    }

    [Fact]
    public async Task Every_chart_is_read_by_the_arrow_keys_and_says_what_it_shows()
    {
        await using var tab = await stage.Open();
        var plots = tab.Page.Locator(".kit figure .plot[tabindex]");
        var count = await plots.CountAsync();
        Assert.True(count > 25, $"only {count} charts");
        for (var i = 0; i < count; i++)
        {
            await plots.Nth(i).FocusAsync();
            await tab.Page.Keyboard.PressAsync("ArrowRight");
            await Assertions.Expect(plots.Nth(i).Locator(".readout")).ToBeVisibleAsync();
            await Assertions.Expect(tab.Page.Locator("#chart-says")).ToContainTextAsync(await plots.Nth(i).Locator(".readout header span").InnerTextAsync());
        }
        tab.AssertClean();
    }

    [Fact]
    public async Task Files_stand_alone()
    {
        await using var tab = await stage.Open();
        foreach (var chart in (string[])["guide-line", "guide-bars", "guide-heat", "guide-timeline", "guide-gauge-warn", "guide-parallel"])
        {
            var text = await File.ReadAllTextAsync(await Save(tab.Page, chart, "SVG"), TestContext.Current.CancellationToken);
            var drawing = XDocument.Parse(text);
            Assert.DoesNotMatch("var\\(|oklch|class=|style=|href=|NaN|undefined", text);
            var title = await tab.Page.Locator($"#{chart} h2").InnerTextAsync();
            Assert.Contains(drawing.Descendants(), e => e.Name.LocalName == "text" && e.Value == title);
            Assert.True(drawing.Descendants().Count(e => e.Attribute("stroke") is { Value: not "none" } || e.Attribute("fill") is { Value: not "none" }) > 5);
            var png = await File.ReadAllBytesAsync(await Save(tab.Page, chart, "PNG"), TestContext.Current.CancellationToken);
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
            var width = (png[16] << 24) | (png[17] << 16) | (png[18] << 8) | png[19];
            Assert.Equal(2 * int.Parse(drawing.Root!.Attribute("width")!.Value), width);
        }
        var csv = await File.ReadAllLinesAsync(await Save(tab.Page, "guide-bars", "CSV"), TestContext.Current.CancellationToken);
        Assert.Equal(["Question,before,±,after,±", "q1,70,6,55,4"], csv[..2]);
        Assert.Equal("Step,a,b,c,d,e,f", (await File.ReadAllLinesAsync(await Save(tab.Page, "guide-line", "CSV"), TestContext.Current.CancellationToken))[0]);
        tab.AssertClean();
    }

    [Fact]
    public async Task A_zoom_and_a_scale_are_in_the_address_and_keys_reach_them()
    {
        await using var tab = await stage.Open();
        var scatter = tab.Page.Locator("#guide-scatter .plot");
        await scatter.FocusAsync();
        await tab.Page.Keyboard.PressAsync("+");
        await Assertions.Expect(scatter).ToHaveAttributeAsync("data-zoomed", "");
        Assert.Contains("scatter-from=", tab.Page.Url);
        await scatter.FocusAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(scatter).Not.ToHaveAttributeAsync("data-zoomed", "");
        await Assertions.Expect(tab.Page.Locator("#guide-bar-log .plot")).ToHaveAttributeAsync("data-log", "");
        await tab.Page.Locator("#guide-bar-log [data-chart-menu]").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator("#guide-bar-log .plot")).Not.ToHaveAttributeAsync("data-log", "");
        Assert.EndsWith("?log=0", tab.Page.Url);
        tab.AssertClean();
    }

    [Fact]
    public async Task A_drag_along_an_axis_keeps_the_lines_that_pass_there()
    {
        await using var tab = await stage.Open();
        var plot = tab.Page.Locator("#guide-parallel .plot");
        await plot.ScrollIntoViewIfNeededAsync();
        var box = (await plot.BoundingBoxAsync())!;
        await tab.Page.Mouse.MoveAsync(box.X + box.Width - 2, box.Y + 10);
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Mouse.MoveAsync(box.X + box.Width - 2, box.Y + box.Height / 3, new() { Steps = 4 });
        await tab.Page.Mouse.UpAsync();
        var strands = await plot.Locator(".strand").CountAsync();
        Assert.InRange(await plot.Locator(".strand[data-out]").CountAsync(), 1, strands - 1);
        await plot.FocusAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        Assert.Equal(0, await plot.Locator(".strand[data-out]").CountAsync());
        tab.AssertClean();
    }
}
