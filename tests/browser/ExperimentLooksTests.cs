using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Crucible.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Crucible.Browser.Tests;

/// <summary>Every page of experiments, runs and models, filled, at a desk and on a phone, in both themes; and how somebody new finds the best run.</summary>
public sealed class ExperimentLooksTests(World world, Stage stage) : IClassFixture<World>
{
    private static readonly string[] Tabs = ["overview", "charts", "results", "configuration", "alerts", "activity", "exports"];
    private static readonly string[] RunTabs = ["charts", "metrics", "params", "artifacts", "system", "logs", "code", "about"];

    private string _experiment = "", _fresh = "", _parent = "";
    private List<string> _runs = [];

    private IEnumerable<string> Pages =>
    [
        "/experiments", "/experiments?q=nothing-has-this-name", "/experiments?view=archived", "/experiments/new", "/experiments/projects", "/experiments/import", "/experiments/exports", "/experiments/models", "/api",
        $"/experiments/{_experiment}", $"/experiments/{_experiment}?group=params.optimizer", $"/experiments/{_experiment}?scope=trash", $"/experiments/{_experiment}?filter=no-run-has-this-name", $"/experiments/{_experiment}?edit=note", $"/experiments/{_experiment}/comments",
        .. Tabs.Select(t => $"/experiments/{_experiment}/{t}"), $"/experiments/{_fresh}", .. Tabs.Select(t => $"/experiments/{_fresh}/{t}"),
        .. RunTabs.Select(t => $"/experiments/runs/{_runs[1]}?tab={t}"), .. ((string[])["report.html", "notes.md", "table.csv", "facts.json"]).Select(f => $"/experiments/runs/{_runs[1]}?tab=artifacts&file={f}"), $"/experiments/runs/{_parent}",
        .. ((int[])[2, 4, 8]).Select(n => $"/experiments/compare?runs={string.Join(',', _runs.Take(n))}"),
    ];

    [Fact]
    public async Task Every_page_fits_and_axe_finds_nothing_serious()
    {
        await Fill();
        var faults = await Task.WhenAll(Walk(1440), Walk(390));
        Assert.True(faults.All(f => f.Count == 0), string.Join('\n', faults.SelectMany(f => f)));
    }

    [Fact]
    public async Task The_best_run_is_named_marked_and_selected_by_the_keyboard()
    {
        await Fill();
        await using var tab = await Open(1440);
        await tab.Page.GotoAsync($"/experiments/{_experiment}");
        await Expect(tab.Page.Locator(".run-head .facts")).ToContainTextAsync("by run-7");
        var rows = tab.Page.Locator(".runs");
        await Expect(rows.Locator("tr:has-text('run-7') data.best").First).ToBeVisibleAsync();
        await rows.Locator("thead a:has-text('accuracy')").First.ClickAsync();
        await Expect(rows.Locator("tbody tr").First).ToContainTextAsync("run-7");
        await tab.Page.Keyboard.PressAsync("?");
        foreach (var key in (string[])["Next row", "Previous row", "Select the row", "Open the run", "Columns", "Go to the query field"])
            await Expect(tab.Page.Locator("#keys")).ToContainTextAsync(key);
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Keyboard.PressAsync("j");
        await tab.Page.Keyboard.PressAsync("x");
        await Expect(tab.Page.Locator(".bulk").First).ToContainTextAsync("1 selected");
        tab.AssertClean();
    }

    private async Task<Tab> Open(int width) => await stage.Chromium.Open(world.Url, change: options =>
    {
        options.ExtraHTTPHeaders = [new("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{world.Cast.Admin.Name}:{Player.Password}"))}")];
        options.ViewportSize = new() { Width = width, Height = 900 };
        options.BypassCSP = true;
        options.ReducedMotion = ReducedMotion.Reduce;
        options.ColorScheme = ColorScheme.Dark;
    });

    private async Task<List<string>> Walk(int width)
    {
        var faults = new List<string>();
        await using var tab = await Open(width);
        var axe = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "axe.min.js"));
        foreach (var path in Pages)
        {
            await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            var answer = await tab.Page.GotoAsync(path, new() { WaitUntil = WaitUntilState.DOMContentLoaded });
            if (answer!.Status != 200) faults.Add($"{path} answered {answer.Status}");
            await tab.Page.EvaluateAsync(axe);
            faults.AddRange((await Look(tab.Page, width > 1000 ? "null" : "['scrollable-region-focusable']")).Select(f => $"{width} dark {path}: {f}"));
            // A theme changes colours and nothing else, and a colour is the same at every width.
            await tab.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            if (width > 1000) faults.AddRange((await Look(tab.Page, "['color-contrast']")).Select(f => $"{width} light {path}: {f}"));
        }
        tab.AssertClean();
        return faults;
    }

    private static async Task<string[]> Look(IPage page, string only) => await page.EvaluateAsync<string[]>($$"""
        async () => {
          const faults = []
          const root = document.documentElement
          if (root.scrollWidth > root.clientWidth) faults.push(`it scrolls sideways by ${root.scrollWidth - root.clientWidth} px`)
          const only = {{only}}
          const { violations, passes } = await axe.run("html", { resultTypes: ["violations"], ...(only ? { runOnly: only } : {}) })
          // Not every page has something that scrolls; all have text.
          if (passes.length < (only ? only.includes("color-contrast") ? 1 : 0 : 10)) faults.push(`axe did not look: ${passes.length}`)
          return faults.concat(violations.filter(v => ["serious", "critical"].includes(v.impact)).map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | ")}`))
        }
        """);

    /// <summary>Eight runs with curves, parameters, tags and files, one that has two nested in it, and an experiment without any; as a program makes them.</summary>
    private async Task Fill()
    {
        using var client = world.Client(world.Cast.Admin);
        var training = new Training(client);
        var mark = Guid.NewGuid().ToString("N")[..6];
        _fresh = (await training.Call("experiments/create", new { name = $"fresh {mark}" })).GetProperty("experiment_id").GetString()!;
        _experiment = (await training.Call("experiments/create", new { name = $"an experiment with a name that is rather long for a telephone {mark}", tags = new[] { new { key = "mlflow.note.content", value = "Whether **warm-up** helps.\n\n- [x] three seeds\n- [ ] the `de` queries" } } })).GetProperty("experiment_id").GetString()!;
        _parent = await Run(training, "a sweep", -1, null);
        _runs = [];
        for (var i = 0; i < 8; i++)
            _runs.Insert(0, await Run(training, $"run-{i}", i, i < 2 ? _parent : null));
        foreach (var (name, text) in ((string, string)[])[("report.html", "<h1>Report</h1>"), ("notes.md", "# Notes\n\n- [ ] one"), ("table.csv", "a,b\n1,2"), ("facts.json", """{"a": {"b": [1, 2]}}""")])
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
            (await client.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/{_experiment}/{_runs[1]}/artifacts/{name}", content)).EnsureSuccessStatusCode();
        }
        (await client.PostAsJsonAsync($"/api/v1/runs/{_runs[1]}/logs", new { lines = new[] { new { text = "step 1 of 20", level = "info" }, new { text = "the loader waits", level = "warn" } } })).EnsureSuccessStatusCode();
    }

    private async Task<string> Run(Training training, string name, int place, string? parent)
    {
        var run = (await training.Call("runs/create", new { experiment_id = _experiment, run_name = name, start_time = 1_700_000_000_000 + place * 60_000L })).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
        object[] tags = parent is null ? [new { key = "sweep", value = "seven" }] : [new { key = "mlflow.parentRunId", value = parent }];
        var points = place < 0 ? [] : Enumerable.Range(0, 40).SelectMany(step => new (string Key, double Value)[] { ("accuracy", .5 + .1 * Math.Min(1, step / 39.0) * (1 + place * .5) + .02), ("loss", 1.0 / (step + 1 + place)), ("system/cpu_utilization_percentage", 30 + step % 7) }
            .Select(p => new { key = p.Key, value = p.Value, timestamp = 1_700_000_000_000 + step * 1000L, step }));
        await training.Call("runs/log-batch", new { run_id = run, metrics = points, @params = new[] { new { key = "lr", value = $"{1e-4 * (place + 2)}" }, new { key = "optimizer", value = place % 2 == 0 ? "adamw" : "sgd" } }, tags });
        if (place is not 7)
            await training.End(run, place == 3 ? "FAILED" : "FINISHED");
        return run;
    }
}
