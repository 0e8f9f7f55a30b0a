using System.Net.Http.Json;
using System.Text.Json;

namespace Crucible.Host.Tests.Mail;

/// <summary>Makes runs as a training program does.</summary>
internal sealed class RunMaker(HttpClient client)
{
    private const string Api = "/api/2.0/mlflow/";

    /// <summary>A run of an experiment of this name, running.</summary>
    public async Task<string> Begun(string experiment, string name)
    {
        using var made = await client.PostAsJsonAsync(Api + "experiments/create", new { name = experiment });
        var found = await client.GetFromJsonAsync<JsonElement>($"{Api}experiments/get-by-name?experiment_name={Uri.EscapeDataString(experiment)}");
        using var run = await client.PostAsJsonAsync(Api + "runs/create", new { experiment_id = found.GetProperty("experiment").GetProperty("experiment_id").GetString(), run_name = name });
        return (await run.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
    }

    /// <summary>A run that has ended at a time, <c>FINISHED</c> or <c>FAILED</c>.</summary>
    public async Task<string> Ended(string experiment, string status, DateTimeOffset at)
    {
        var run = await Begun(experiment, "a run");
        using var ended = await client.PostAsJsonAsync(Api + "runs/update", new { run_id = run, status, end_time = at.ToUnixTimeMilliseconds() });
        ended.EnsureSuccessStatusCode();
        return run;
    }
}
