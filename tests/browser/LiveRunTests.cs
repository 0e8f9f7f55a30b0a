using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Crucible.Testing;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>The main job, seen by a person: a run is logged by a program and its page follows.</summary>
public sealed class LiveRunTests(Chromium chromium) : IAsyncLifetime
{
    private OwnHost _host = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await OwnHost.Start();
#pragma warning disable RS0030 // a program from outside
        _client = new HttpClient { BaseAddress = new Uri(_host.Url) };
#pragma warning restore RS0030
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{OwnHost.Password}")));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    private async Task<JsonElement> Call(string path, object body)
    {
        using var response = await _client.PostAsJsonAsync("/api/2.0/mlflow/" + path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task<string> StartRun()
    {
        var run = await Call("runs/create", new { experiment_id = "0", run_name = "seen by a person", start_time = 1_700_000_000_000 });
        return run.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
    }

    private Task Log(string run, int step) =>
        Call("runs/log-metric", new { run_id = run, key = "loss", value = 1.0 / (step + 1), timestamp = 1_700_000_000_000 + step * 1000L, step });

    private static ILocator LastValue(IPage page) => page.Locator("[data-last]").First;

    [Fact]
    public async Task Curves_grow_without_a_reload_and_a_reload_shows_the_same()
    {
        var run = await StartRun();
        for (var step = 0; step < 10; step++)
            await Log(run, step);
        await using var tab = await chromium.Open(_host.Url, $"admin:{OwnHost.Password}");
        await tab.Page.GotoAsync($"/experiments/runs/{run}");
        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");
        var marker = await tab.Page.EvaluateAsync<int>("() => window.untouched = 7");
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.1");
        await Log(run, 99);
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.01");
        Assert.Equal(marker, await tab.Page.EvaluateAsync<int>("() => window.untouched"));
        await tab.Page.ReloadAsync();
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.01");
        tab.AssertClean();
    }

    [Fact]
    public async Task A_status_change_is_seen_at_once()
    {
        var run = await StartRun();
        await using var tab = await chromium.Open(_host.Url, $"admin:{OwnHost.Password}");
        await tab.Page.GotoAsync($"/experiments/runs/{run}");
        await Assertions.Expect(tab.Page.Locator("main .status").First).ToHaveAttributeAsync("data-status", "running");
        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");
        await Call("runs/update", new { run_id = run, status = "FINISHED", end_time = 1_700_000_100_000 });
        await Assertions.Expect(tab.Page.Locator("main .status").First).ToHaveAttributeAsync("data-status", "completed");
        tab.AssertClean();
    }

    [Fact]
    public async Task A_killed_host_comes_back_with_all_that_was_acknowledged_and_the_open_page_catches_up()
    {
        var run = await StartRun();
        for (var step = 0; step < 10; step++)
            await Log(run, step);
        await using var tab = await chromium.Open(_host.Url, $"admin:{OwnHost.Password}");
        await tab.Page.GotoAsync($"/experiments/runs/{run}");
        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");

        await Log(run, 19);
        await _host.Kill();
        await Assertions.Expect(tab.Page.Locator("#live-state")).Not.ToHaveAttributeAsync("data-live", "live");
        await _host.Launch();
        await Log(run, 19); // the client could not know whether it was heard
        await Log(run, 99);

        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live", new() { Timeout = 30_000 });
        await Assertions.Expect(LastValue(tab.Page)).ToContainTextAsync("0.01", new() { Timeout = 30_000 });
        var history = await _client.GetFromJsonAsync<JsonElement>($"/api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=loss&max_results=1000");
        Assert.Equal(12, history.GetProperty("metrics").GetArrayLength());
        tab.AssertClean();
    }

    [Fact]
    public async Task The_link_that_clients_print_leads_to_the_run()
    {
        var run = await StartRun();
        await using var tab = await chromium.Open(_host.Url, $"admin:{OwnHost.Password}");
        await tab.Page.GotoAsync($"/#/experiments/0/runs/{run}");
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/experiments/runs/{run}$"));
        tab.AssertClean();
    }
}
