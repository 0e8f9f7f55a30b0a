using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>Charts of an experiment, used while its runs log.</summary>
public sealed class CurveTests(Stage stage)
{
    private readonly Training _training = new(stage.World.Client(stage.World.Cast.Admin));

    [Fact]
    public async Task A_zoom_stays_while_points_arrive_and_the_cross_hair_is_in_every_panel()
    {
        var experiment = (await _training.Call("experiments/create", new { name = "curves " + Guid.NewGuid().ToString("N") })).GetProperty("experiment_id").GetString()!;
        var runs = new List<string>();
        for (var i = 0; i < 2; i++)
            runs.Add((await _training.Call("runs/create", new { experiment_id = experiment, run_name = $"run {i}", start_time = 1_700_000_000_000 })).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!);
        Task Log(string run, int from, int count) => _training.Call("runs/log-batch", new
        {
            run_id = run,
            metrics = Enumerable.Range(from, count).SelectMany(step => new[] { "train/loss", "train/lr" }.Select(key => new { key, value = 1.0 / (step + 1), timestamp = 1_700_000_000_000 + step * 1000L, step })),
        });
        foreach (var run in runs)
            await Log(run, 0, 200);
        await using var tab = await stage.Open($"/experiments/{experiment}/charts");
        var page = tab.Page;
        var plots = page.Locator(".board-hold .plot[data-plot]");
        await Assertions.Expect(plots).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");

        var box = (await plots.First.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + box.Width * .3f, box.Y + 40);
        await Assertions.Expect(page.Locator(".board-hold .cross:visible")).ToHaveCountAsync(2);
        await Assertions.Expect(plots.Last.Locator(".readout data")).ToHaveCountAsync(2);

        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + box.Width * .4f, box.Y + 50, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        await Assertions.Expect(plots.First).ToHaveAttributeAsync("data-zoomed", "");
        await Assertions.Expect(plots.Last).ToHaveAttributeAsync("data-zoomed", "");
        var (left, right) = (await plots.First.GetAttributeAsync("data-x0"), await plots.First.GetAttributeAsync("data-x1"));
        await Log(runs[0], 200, 50);
        await Assertions.Expect(page.Locator($".board-hold g[data-line][data-run='{runs[0]}'][data-rev='500']")).ToHaveCountAsync(2);
        Assert.Equal((left, right), (await plots.First.GetAttributeAsync("data-x0"), await plots.First.GetAttributeAsync("data-x1")));
        Assert.Contains("from=", page.Url, StringComparison.Ordinal);
        await page.GoBackAsync();
        await Assertions.Expect(plots.First).Not.ToHaveAttributeAsync("data-zoomed", "");
        tab.AssertClean();
    }
}
