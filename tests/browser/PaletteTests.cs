using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Crucible.Browser.Tests;

/// <summary>The command palette with the keyboard alone: it finds what a program has just logged, acts, and remembers on the server.</summary>
public sealed class PaletteTests(Stage stage)
{
    private readonly Training _training = new(stage.World.Client(stage.World.Cast.Member));

    private static ILocator Options(IPage page) => page.Locator("#palette [role=option]");

    // What is typed replaces what stood there.
    private static async Task Ask(IPage page, string text)
    {
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync(text);
    }

    [Fact]
    public async Task Ctrl_K_finds_opens_runs_and_remembers()
    {
        var made = await _training.Call("experiments/create", new { name = "Reranker distillation" });
        var address = $"/experiments/{made.GetProperty("experiment_id").GetString()}";
        await using var tab = await stage.Open(who: stage.World.Cast.Member);
        var page = tab.Page;
        var opener = page.Locator("#guide-toast");
        await opener.FocusAsync();
        await page.Keyboard.PressAsync("Control+K");
        await Expect(page.Locator("#palette input")).ToBeFocusedAsync();
        await Expect(page.Locator("#palette h4")).ToHaveTextAsync(["Pages", "Actions"]); // nothing was chosen yet
        await Ask(page, "nothing of the sort");
        await Expect(page.Locator("#palette")).ToContainTextAsync("Nothing found for “nothing of the sort”");
        await Ask(page, "api tok");
        await Expect(Options(page).First).ToContainTextAsync("API tokens");

        await Ask(page, "rerank");
        await Expect(Options(page)).ToHaveTextAsync([new Regex("^Reranker distillation")]);
        await Expect(Options(page).First).ToHaveAttributeAsync("aria-selected", "true");
        await Expect(Options(page).First).ToHaveAttributeAsync("href", address);
        // In a new tab, so that this page stays and hears the answer.
        IPage? other = null;
        var kept = await page.RunAndWaitForResponseAsync(
            async () => other = await page.Context.RunAndWaitForPageAsync(() => page.Keyboard.PressAsync("Control+Enter")), new Regex("/search/picks$"));
        Assert.Equal(204, kept.Status);
        await Expect(other!).ToHaveURLAsync(new Regex(address + "$"));
        await other!.CloseAsync();

        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#palette")).ToBeHiddenAsync();
        await Expect(opener).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+K");
        await Expect(page.Locator("#palette h4").First).ToHaveTextAsync("Recent");
        await Expect(Options(page).First).ToContainTextAsync("Reranker distillation");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync(new Regex(address + "$"));
        tab.AssertClean();

        // Another browser of the same person knows it too, and a person beside them does not.
        await using var elsewhere = await stage.Open(who: stage.World.Cast.Member);
        await elsewhere.Page.Keyboard.PressAsync("Control+K");
        await Expect(Options(elsewhere.Page).First).ToContainTextAsync("Reranker distillation");
        await using var stranger = await stage.Open();
        await stranger.Page.Keyboard.PressAsync("Control+K");
        await Expect(stranger.Page.Locator("#palette h4").First).ToHaveTextAsync("Pages");
    }

    [Fact]
    public async Task An_action_is_done_and_the_focus_comes_back()
    {
        await using var tab = await stage.Open(who: stage.World.Cast.Stranger);
        var page = tab.Page;
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "auto");
        await page.Locator("#guide-toast").FocusAsync();
        await page.Keyboard.PressAsync("Control+K");
        await Expect(Options(page).First).ToBeVisibleAsync();
        await Ask(page, "dark theme");
        await Expect(Options(page).First).ToHaveTextAsync("Switch to dark theme");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(page.Locator("#guide-toast")).ToBeFocusedAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        tab.AssertClean();
    }

    [Fact]
    public async Task A_search_without_an_answer_says_so_and_goes_on_when_there_is_one()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        await page.Keyboard.PressAsync("Control+K");
        await Expect(Options(page).First).ToBeVisibleAsync();
        await page.Context.SetOfflineAsync(true);
        await Ask(page, "interface");
        await Expect(page.Locator("#palette .palette-state")).ToContainTextAsync("did not answer");
        await Expect(Options(page)).ToHaveCountAsync(0);
        await page.Context.SetOfflineAsync(false);
        await page.Keyboard.TypeAsync(" kit");
        await Expect(Options(page).First).ToContainTextAsync("Interface kit");
        await Expect(page.Locator("#palette .palette-state")).ToBeHiddenAsync();
    }
}
