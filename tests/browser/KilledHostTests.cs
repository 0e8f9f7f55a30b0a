using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Crucible.Testing;
using Microsoft.Playwright;

namespace Crucible.Browser.Tests;

/// <summary>A host that dies under an open page, in a process of its own.</summary>
public sealed class KilledHostTests(Stage stage)
{
    [Fact]
    public async Task A_killed_host_comes_back_with_all_that_was_acknowledged_and_the_open_page_catches_up()
    {
        await using var host = await OwnHost.Start();
#pragma warning disable RS0030 // a program from outside
        using var client = new HttpClient { BaseAddress = new Uri(host.Url) };
#pragma warning restore RS0030
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{OwnHost.Password}")));
        var training = new Training(client);
        var run = await training.Start();
        for (var step = 0; step < 10; step++)
            await training.Log(run, step);
        await using var tab = await stage.Chromium.Open(host.Url, $"admin:{OwnHost.Password}");
        await tab.Page.GotoAsync($"/experiments/runs/{run}");
        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live");

        await training.Log(run, 19);
        await host.Kill();
        await Assertions.Expect(tab.Page.Locator("#live-state")).Not.ToHaveAttributeAsync("data-live", "live");
        await host.Launch();
        await training.Log(run, 19); // the client could not know whether it was heard
        await training.Log(run, 99);

        await Assertions.Expect(tab.Page.Locator("#live-state")).ToHaveAttributeAsync("data-live", "live", new() { Timeout = 30_000 });
        await Assertions.Expect(tab.Page.Locator("[data-last]").First).ToContainTextAsync("0.01", new() { Timeout = 30_000 });
        var history = await client.GetFromJsonAsync<JsonElement>($"/api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=loss&max_results=1000");
        Assert.Equal(12, history.GetProperty("metrics").GetArrayLength());
        tab.AssertClean();
    }
}
