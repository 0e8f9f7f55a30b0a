using System.Text.Json;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>
/// The style guide, photographed and measured. Pictures of another Chromium or font differ in every letter, so they are kept as artefacts
/// for people; what is compared is <c>kit.txt</c>: how many of each part there are and the sizes that the style sheet gives them. With
/// <c>CRUCIBLE_ACCEPT=1</c> the present sizes are written there.
/// </summary>
public sealed class KitPictureTests(Stage stage)
{
    private static readonly string Output = AppContext.BaseDirectory;
    private static readonly string Pictures = Path.Combine(Output, "..", "..", "..", "pictures");

    [Fact]
    public async Task Every_sample_looks_as_it_should()
    {
        Directory.CreateDirectory(Pictures);
        var measure = await File.ReadAllTextAsync(Path.Combine(Output, "kit.js"));
        var (wrong, sizes) = (new List<string>(), new List<string>());
        await using var tab = await stage.Open(change: options => (options.BypassCSP, options.ReducedMotion) = (true, ReducedMotion.Reduce));
        foreach (var width in (int[])[1440, 1024, 390])
            foreach (var theme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light])
            {
                await tab.Page.SetViewportSizeAsync(width, 900);
                await tab.Page.EmulateMediaAsync(new() { ColorScheme = theme });
                var found = (await tab.Page.EvaluateAsync<JsonElement>(measure))!;
                wrong.AddRange(found.GetProperty("wrong").EnumerateArray().Select(w => $"{width} {theme}: {w}"));
                Assert.InRange(found.GetProperty("least").GetDouble(), 1, 20.9); // something was measured
                var lines = found.GetProperty("lines").EnumerateArray().Select(l => $"{width} {l}").ToList();
                // Themes differ in colour alone.
                if (theme == ColorScheme.Dark) sizes.AddRange(lines);
                else Assert.Equal(sizes.Where(s => s.StartsWith($"{width} ", StringComparison.Ordinal)), lines);
                await Photograph(tab.Page, width, theme);
            }
        tab.AssertClean();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        if (Environment.GetEnvironmentVariable("CRUCIBLE_ACCEPT") == "1")
            await File.WriteAllLinesAsync(Path.Combine(Root(), "tests", "browser", "kit.txt"), sizes);
        else
            Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(Output, "kit.txt")), sizes);
    }

    // One picture a sample. In a window as high as the page nothing has to be scrolled or laid out again for each.
    private static async Task Photograph(IPage page, int width, ColorScheme theme)
    {
        await page.SetViewportSizeAsync(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollHeight"));
        var browser = await page.Context.NewCDPSessionAsync(page);
        var boxes = await page.EvaluateAsync<JsonElement>("() => [...document.querySelectorAll('.kit > .panel')].map(p => ({ id: p.id, box: p.getBoundingClientRect().toJSON() }))");
        foreach (var panel in boxes.EnumerateArray())
        {
            var box = panel.GetProperty("box");
            var clip = new { x = box.GetProperty("x").GetDouble(), y = box.GetProperty("y").GetDouble(), width = box.GetProperty("width").GetDouble(), height = box.GetProperty("height").GetDouble(), scale = 1 };
            var picture = await browser.SendAsync("Page.captureScreenshot", new() { ["clip"] = clip, ["optimizeForSpeed"] = true });
            await File.WriteAllBytesAsync(Path.Combine(Pictures, $"{panel.GetProperty("id").GetString()}-{width}-{theme}.png".ToLowerInvariant()), picture!.Value.GetProperty("data").GetBytesFromBase64());
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(Output);
        while (!File.Exists(Path.Combine(folder.FullName, "Crucible.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
