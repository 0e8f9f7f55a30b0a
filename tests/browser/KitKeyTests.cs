using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Crucible.Browser.Tests;

/// <summary>The kit, used with the keyboard alone: everything works, and the focus comes back to where it was.</summary>
public sealed class KitKeyTests(Stage stage)
{
    private static async Task Press(IPage page, params string[] keys)
    {
        foreach (var key in keys) await page.Keyboard.PressAsync(key);
    }

    [Fact]
    public async Task A_combobox_is_opened_searched_chosen_from_and_left()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        var field = page.Locator("#guide-model");
        await field.FocusAsync();
        await Press(page, "ArrowDown", "ArrowDown", "ArrowDown");
        await Expect(page.Locator("#guide-model-list [data-active]")).ToContainTextAsync("m-3b");
        await Press(page, "Enter");
        await Expect(field).ToHaveValueAsync("m-3b");
        await Expect(field).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(page.Locator("select[name=guide-model]")).ToHaveValueAsync("m-3b");
        await Press(page, "Control+A");
        await page.Keyboard.TypeAsync("zzz");
        await Expect(page.Locator("#guide-model-list")).ToContainTextAsync("Nothing fits");
        await Press(page, "Escape");
        await Expect(field).ToHaveValueAsync("m-3b");

        await page.Locator("#guide-icon").FocusAsync();
        await Press(page, "Control+A");
        await page.Keyboard.TypeAsync("archi");
        await Expect(page.Locator("#guide-icon-list [data-active]")).ToHaveTextAsync("archive");
        await Press(page, "Enter");
        await Expect(page.Locator("input[name=guide-icon]")).ToHaveValueAsync("archive");

        await page.Locator("#guide-tags").FocusAsync();
        await page.Keyboard.TypeAsync("made up");
        await Expect(page.Locator("#guide-tags-list")).ToContainTextAsync("Enter takes");
        await Press(page, "Enter", "Backspace", "Backspace");
        await Expect(page.Locator("#combobox .tag")).ToHaveTextAsync(["sweep-7"]);
        tab.AssertClean();
    }

    [Fact]
    public async Task A_filter_completes_narrows_the_list_and_goes_back()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        var field = page.Locator("#guide-query");
        var rows = page.Locator("#guide-rows tr");
        await field.FocusAsync();
        await page.Keyboard.TypeAsync("st");
        await Expect(page.Locator("#guide-query-list [role=option]")).ToHaveTextAsync([new System.Text.RegularExpressions.Regex("^status:")]);
        await Press(page, "ArrowDown", "Enter");
        await Expect(page.Locator("#guide-query-list [role=option]")).ToHaveCountAsync(3);
        await page.Keyboard.TypeAsync("fail");
        await Expect(page.Locator("#guide-query-list [role=option]")).ToHaveCountAsync(1);
        await Press(page, "ArrowDown", "Enter");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(page.Locator("#guide-list .term")).ToHaveAttributeAsync("data-term", "status:failed");
        await Expect(field).ToBeFocusedAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"\?q=status%3Afailed$"));
        await page.Keyboard.TypeAsync("took:soon");
        await Press(page, "Enter");
        await Expect(page.Locator("#guide-query-error mark")).ToHaveTextAsync("soon");
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await page.GoBackAsync();
        await Expect(rows).ToHaveCountAsync(1);
        await page.Locator("#guide-query").FocusAsync();
        await Press(page, "Backspace");
        await Expect(field).ToHaveValueAsync("status:failed");
        await Press(page, "Control+A", "Delete", "Enter");
        await Expect(rows).ToHaveCountAsync(5);
        tab.AssertClean();
    }

    [Fact]
    public async Task Rows_are_walked_selected_and_opened_in_a_drawer_that_has_an_address()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        await Press(page, "j", "j", "x");
        await Expect(page.Locator("#guide-bulk")).ToContainTextAsync("1 selected");
        await Expect(page.Locator("#guide-rows tr").Nth(1)).ToBeFocusedAsync();
        await Press(page, "Enter");
        await Expect(page.Locator("#guide-drawer h2").First).ToHaveTextAsync("mse-logits");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(@"\?run=mse-logits$"));
        await Press(page, "Escape");
        await Expect(page.Locator("#guide-drawer")).ToBeHiddenAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/ui$"));
        await Expect(page.Locator("#guide-rows tr").Nth(1)).ToBeFocusedAsync();
        await page.GoForwardAsync();
        await Expect(page.Locator("#guide-drawer")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await Expect(page.Locator("#guide-drawer")).ToBeHiddenAsync();
        await Expect(page.Locator("#guide-bulk")).ToContainTextAsync("1 selected"); // the page was not loaded anew
        await Press(page, "g", "d"); // two keys, one after the other
        await Expect(page.Locator("#guide-drawer:modal")).ToBeVisibleAsync();
        await page.GotoAsync("/ui?run=kl-t2-lr3e4");
        await Expect(page.Locator("#guide-drawer:modal")).ToContainTextAsync("0.4381");
        tab.AssertClean();
    }

    [Fact]
    public async Task A_menu_and_a_dialog_give_the_focus_back()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        var opener = page.Locator("#guide-menu-open");
        await opener.FocusAsync();
        await Press(page, "ArrowDown");
        await Expect(page.Locator("#guide-menu input").First).ToBeFocusedAsync();
        await Press(page, "ArrowDown", "ArrowDown");
        await Expect(page.Locator("#guide-menu button")).ToBeFocusedAsync();
        await Press(page, "Escape");
        await Expect(opener).ToBeFocusedAsync();
        await Expect(opener).ToHaveAttributeAsync("aria-expanded", "false");

        opener = page.Locator("#guide-dialog-open");
        await opener.FocusAsync();
        await Press(page, "Enter");
        await Expect(page.Locator("#guide-dialog [data-confirmed]")).ToBeDisabledAsync();
        await page.Keyboard.TypeAsync("Reranker distillation");
        await Expect(page.Locator("#guide-dialog [data-confirmed]")).ToBeEnabledAsync();
        await Press(page, "Escape");
        await Expect(opener).ToBeFocusedAsync();

        await Press(page, "?");
        await Expect(page.Locator("#keys")).ToContainTextAsync("Select the row");
        await Press(page, "Escape");

        await page.Locator("#overlays .toast").First.ClickAsync(new() { Button = MouseButton.Right, Position = new() { X = 40, Y = 20 } });
        var (menu, under) = (await page.Locator("#guide-menu").BoundingBoxAsync(), await page.Locator("#overlays .toast").First.BoundingBoxAsync());
        Assert.InRange(menu!.X, under!.X + 36, under.X + 44);
        tab.AssertClean();
    }

    [Fact]
    public async Task A_toast_takes_back_what_was_done()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        var button = page.Locator("#guide-toast");
        await button.FocusAsync();
        await Press(page, "Enter");
        await Expect(page.Locator("#toasts [role=status]")).ToContainTextAsync("3 runs archived");
        await page.Locator("#toasts .btn").First.FocusAsync();
        await Press(page, "Enter");
        await Expect(page.Locator("#toasts")).ToContainTextAsync("3 runs are back");
        await Expect(button).ToBeFocusedAsync();
        tab.AssertClean();
    }

    [Fact]
    public async Task Without_script_filter_form_toast_and_drawer_work_all_the_same()
    {
        await using var tab = await stage.Open(change: options => options.JavaScriptEnabled = false);
        var page = tab.Page;
        await page.Locator("#guide-query-form .whole").FillAsync("status:failed");
        await Press(page, "Enter");
        await Expect(page.Locator("#guide-rows tr")).ToHaveCountAsync(1);
        await page.Locator("#guide-rows a").ClickAsync();
        await Expect(page.Locator("#guide-drawer")).ToContainTextAsync("0.2214");
        await page.Locator("#guide-drawer header a").ClickAsync();
        await Expect(page.Locator("#guide-drawer")).ToBeHiddenAsync();
        await page.Locator("#guide-toast").ClickAsync();
        await Expect(page.Locator("#toasts")).ToContainTextAsync("3 runs archived");
        await page.Locator("#toasts button").ClickAsync();
        await Expect(page.Locator("#toasts")).ToContainTextAsync("3 runs are back");
    }

    [Fact]
    public async Task A_field_saves_itself_and_says_what_is_wrong()
    {
        await using var tab = await stage.Open();
        var page = tab.Page;
        var field = page.Locator("#guide-name");
        await field.FillAsync("two words");
        await field.BlurAsync();
        await Expect(page.Locator("#guide-name-note")).ToContainTextAsync("no blanks");
        await Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await field.FillAsync("one-word");
        await Expect(page.Locator("#guide-name-note")).ToContainTextAsync("Saved just now");
        await page.Context.SetOfflineAsync(true);
        await field.FillAsync("another");
        await Expect(page.Locator("#guide-name-note")).ToContainTextAsync("Not saved");
        await page.Context.SetOfflineAsync(false);
        await page.Locator("#guide-name-note button").ClickAsync();
        await Expect(page.Locator("#guide-name-note")).ToContainTextAsync("Saved");
    }
}
