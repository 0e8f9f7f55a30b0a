using System.Net.Http.Json;
using System.Text.Json;

namespace Crucible.Browser.Tests;

/// <summary>A program that trains: what it tells the host.</summary>
internal sealed class Training(HttpClient client)
{
    public async Task<JsonElement> Call(string path, object body)
    {
        using var response = await client.PostAsJsonAsync("/api/2.0/mlflow/" + path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<string> Start()
    {
        var run = await Call("runs/create", new { experiment_id = "0", run_name = "seen by a person", start_time = 1_700_000_000_000 });
        return run.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
    }

    public Task Log(string run, int step) =>
        Call("runs/log-metric", new { run_id = run, key = "loss", value = 1.0 / (step + 1), timestamp = 1_700_000_000_000 + step * 1000L, step });

    public Task End(string run, string status) => Call("runs/update", new { run_id = run, status, end_time = 1_700_000_100_000 });
}
