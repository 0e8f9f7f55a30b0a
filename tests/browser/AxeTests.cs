using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>axe over the style guide with its overlays open, the page of search and the notifications: nothing serious in either theme.</summary>
public sealed class AxeTests(Stage stage)
{
    private async Task<Tab> Open(string path)
    {
        var tab = await stage.Open(path, change: options => (options.BypassCSP, options.ReducedMotion) = (true, ReducedMotion.Reduce));
        await tab.Page.AddScriptTagAsync(new() { Path = Path.Combine(AppContext.BaseDirectory, "axe.min.js") });
        return tab;
    }

    [Fact]
    public async Task Nothing_serious_in_the_style_guide()
    {
        await using var tab = await Open("/ui");
        await Audit(tab.Page, "html", 30);
        await tab.Page.Locator("#guide-drawer-open").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#guide-drawer .stat").First).ToBeVisibleAsync();
        await Audit(tab.Page, "#guide-drawer");
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Locator("#guide-model").FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await Audit(tab.Page, "#combobox");
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Locator("#guide-bell button").First.ClickAsync();
        await Audit(tab.Page, "#guide-bell");
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Keyboard.PressAsync("Control+K");
        await Assertions.Expect(tab.Page.Locator("#palette [role=option]").First).ToBeVisibleAsync();
        await Audit(tab.Page, "#palette");
    }

    [Fact]
    public async Task Nothing_serious_in_the_page_of_search()
    {
        await using var tab = await Open("/search?q=i");
        await Assertions.Expect(tab.Page.Locator(".search-group a").First).ToBeVisibleAsync();
        await Audit(tab.Page, "html", 20);
    }

    [Fact]
    public async Task Nothing_serious_in_the_notifications()
    {
        var training = new Training(stage.World.Client(stage.World.Cast.Admin));
        await training.End(await training.Start(), "FAILED");
        await using var tab = await Open("/account/notices");
        await Assertions.Expect(tab.Page.Locator("#notices li[data-status=failed]").First).ToBeVisibleAsync();
        await Audit(tab.Page, "html", 20);
        await tab.Page.Locator("#bell button").First.ClickAsync();
        await Audit(tab.Page, "#bell");
    }

    [Fact]
    public async Task Nothing_serious_in_the_charts_of_an_experiment()
    {
        var training = new Training(stage.World.Client(stage.World.Cast.Admin));
        await training.Log(await training.Start(), 3);
        await using var tab = await Open("/experiments/0/charts");
        await Assertions.Expect(tab.Page.Locator(".board-hold .plot[data-plot]").First).ToBeVisibleAsync();
        await Audit(tab.Page, "html", 20);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Axes", Exact = true }).ClickAsync();
        await Audit(tab.Page, "#chart-axes");
    }

    // Themes differ in colour alone, so light is asked for its contrasts only. The ten thousand figures of one heat map are all alike.
    private static async Task Audit(IPage page, string where, int least = 5)
    {
        foreach (var theme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = theme });
            var found = await page.EvaluateAsync<string[]>("""
                async ([where, least, colours]) => {
                  const { violations, passes } = await axe.run({ include: where, exclude: "#guide-heat-big > .chart-data" }, { resultTypes: ["violations"], ...colours && { runOnly: ["color-contrast"] } })
                  if (passes.length < (colours ? 1 : least)) return [`axe did not look: ${passes.length}`]
                  return violations.filter(v => ["serious", "critical"].includes(v.impact)).map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 4).map(n => n.target.join(" ") + " " + n.failureSummary.split("\n").at(-1).trim()).join(" | ")}`)
                }
                """, new object[] { where, least, theme == ColorScheme.Light });
            Assert.True(found.Length == 0, $"In {where}, {theme}:\n{string.Join('\n', found)}");
        }
    }
}
