using Crucible.Testing;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>The main job, seen by a person: a run is logged by a program and its page follows.</summary>
public sealed class LiveRunTests(Stage stage)
{
    private readonly Training _training = new(stage.World.Client(stage.World.Cast.Admin));

    private static ILocator LastValue(IPage page) => page.Locator("[data-last]").First;

    [Fact]
    public async Task Curves_grow_without_a_reload_and_a_reload_shows_the_same()
    {
        var run = await _training.Start();
        for (var step = 0; step < 10; step++)
            await _training.Log(run, step);
        await using var tab = await stage.Open($"/experiments/runs/{run}");
        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");
        var marker = await tab.Page.EvaluateAsync<int>("() => window.untouched = 7");
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.1");
        await _training.Log(run, 99);
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.01");
        Assert.Equal(marker, await tab.Page.EvaluateAsync<int>("() => window.untouched"));
        await tab.Page.ReloadAsync();
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.01");
        tab.AssertClean();
    }

    [Fact]
    public async Task A_status_change_is_seen_at_once()
    {
        var run = await _training.Start();
        await using var tab = await stage.Open($"/experiments/runs/{run}");
        await Assertions.Expect(tab.Page.Locator("main .status").First).ToHaveAttributeAsync("data-status", "running");
        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");
        await _training.End(run, "FINISHED");
        await Assertions.Expect(tab.Page.Locator("main .status").First).ToHaveAttributeAsync("data-status", "completed");
        tab.AssertClean();
    }

    [Fact]
    public async Task The_link_that_clients_print_leads_to_the_run()
    {
        var run = await _training.Start();
        await using var tab = await stage.Open($"/#/experiments/0/runs/{run}");
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/experiments/runs/{run}$"));
        tab.AssertClean();
    }
}
