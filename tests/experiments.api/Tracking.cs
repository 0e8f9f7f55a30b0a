using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Crucible.Testing;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A world whose artifacts may have a kilobyte.</summary>
public sealed class TrackingWorld : World
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Settings => ["Crucible:Plugins:experiments:LargestArtifact=1024"];
}

/// <summary>A client of the tracking protocol, as somebody.</summary>
public sealed class Tracking(HttpClient http)
{
    public const string Api = "/api/2.0/mlflow/";

    public HttpClient Http { get; } = http;

    public Task<Answer> Post(string path, object body) => Send(HttpMethod.Post, path, JsonContent.Create(body));

    public Task<Answer> PostText(string path, string body, string type = "application/json") =>
        Send(HttpMethod.Post, path, new StringContent(body, Encoding.UTF8, type));

    public Task<Answer> PostBytes(string path, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return Send(HttpMethod.Post, path, content);
    }

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null);

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : Api + path) { Content = content };
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, text, response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonNode.Parse(text) : null);
    }

    public async Task<string> NewExperiment()
    {
        var made = await Post("experiments/create", new { name = $"e-{Guid.NewGuid():N}" });
        return (string)made.Json!["experiment_id"]!;
    }

    public async Task<string> NewRun(string? experiment = null)
    {
        var made = await Post("runs/create", new { experiment_id = experiment ?? await NewExperiment() });
        return (string)made.Json!["run"]!["info"]!["run_id"]!;
    }

    public async Task<JsonArray> History(string run, string key) =>
        (await Get($"metrics/get-history?run_id={run}&metric_key={key}")).Json!["metrics"] as JsonArray ?? [];

    public static object Metric(string key, double value, long step, long? timestamp = null) =>
        new { key, value, step, timestamp = timestamp ?? 1_700_000_000_000 + step };

    public static object[] Metrics(string key, int count, int from = 0) =>
        [.. Enumerable.Range(from, count).Select(i => Metric(key, i / 10.0, i))];
}

/// <summary>What the server answered.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, JsonNode? Json)
{
    /// <summary>Checks that it went well and passes the JSON on.</summary>
    public JsonNode Ok()
    {
        Assert.True(Status == HttpStatusCode.OK, $"{(int)Status} {Text}");
        return Json!;
    }

    /// <summary>Checks that it was refused with this status and error code.</summary>
    public string Refused(int status, string code)
    {
        Assert.Equal((status, code), ((int)Status, (string?)Json?["error_code"]));
        var message = (string?)Json!["message"];
        Assert.False(string.IsNullOrWhiteSpace(message));
        return message;
    }
}
