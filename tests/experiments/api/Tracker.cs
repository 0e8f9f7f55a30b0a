using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>A metric's point.</summary>
internal readonly record struct Point(long Step, long At, double Value);

/// <summary>A program that speaks the tracking protocol.</summary>
internal sealed class Tracker(HttpClient http)
{
    public const string Api = "/api/2.0/mlflow/";
    public const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    public HttpClient Http { get; } = http;

    public Task<Answer> Get(string call) => Send("GET", call);

    /// <summary>Posts an object as JSON, or a text as it is.</summary>
    public Task<Answer> Post(string call, object body) => Send("POST", call, body);

    public Task<Answer> Send(string method, string call, object? body = null) => Send(method, call, body switch
    {
        null => null,
        HttpContent content => content,
        string raw => Json(Encoding.UTF8.GetBytes(raw)),
        byte[] raw => Json(raw),
        _ => Json(JsonSerializer.SerializeToUtf8Bytes(body)),
    });

    private async Task<Answer> Send(string method, string call, HttpContent? content)
    {
        var path = call.StartsWith('/') ? call : Api + call;
        // As it stands: otherwise the client itself would tidy up what the server is to refuse.
        var address = new Uri(Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new(method), address) { Content = content };
        using var response = await Http.SendAsync(request);
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType ?? "", await response.Content.ReadAsByteArrayAsync(), $"{method} {path}");
    }

    public static ByteArrayContent Json(byte[] body, string? type = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    /// <summary>A query part.</summary>
    public static string Q(string text) => Uri.EscapeDataString(text);

    public static string Unique(string kind) => $"{kind}-{Guid.NewGuid():N}";

    public async Task<string> NewExperiment(string? name = null) =>
        (await Post("experiments/create", new { name = name ?? Unique("e") })).Word("experiment_id");

    public async Task<string> NewRun(string experiment, string? name = null, long start = 1_700_000_000_000) =>
        (await Post("runs/create", new { experiment_id = experiment, run_name = name ?? "run", start_time = start })).Word("run.info.run_id");

    /// <summary>A run in an experiment of its own.</summary>
    public async Task<string> NewRun() => await NewRun(await NewExperiment());

    public async Task Log(string run, string key, IEnumerable<Point> points)
    {
        foreach (var batch in points.Chunk(1000))
            (await Post("runs/log-batch", new
            {
                run_id = run,
                metrics = batch.Select(p => new { key, value = double.IsNaN(p.Value) ? (object)"NaN" : p.Value, timestamp = p.At, step = p.Step }),
            })).Is("{}");
    }

    /// <summary>A whole history, over all its pages.</summary>
    public async Task<List<Point>> History(string run, string key, int page = 25_000)
    {
        var points = new List<Point>();
        var token = "";
        do
        {
            var answer = await Get($"metrics/get-history?run_id={run}&metric_key={Q(key)}&max_results={page}&page_token={Q(token)}");
            foreach (var metric in answer.Ok().Json.Find("metrics")?.EnumerateArray().ToArray() ?? [])
            {
                Assert.Equal(key, metric.At("key").GetString());
                points.Add(new(metric.At("step").GetInt64(), metric.At("timestamp").GetInt64(), metric.Number("value")));
            }
            token = answer.Json.Find("next_page_token")?.GetString() ?? "";
        }
        while (token.Length > 0);
        return points;
    }

    public async Task<JsonElement> Run(string run) => (await Get($"runs/get?run_id={run}")).At("run");

    /// <summary>What a run holds, as one text to compare.</summary>
    public async Task<string> Contents(string run)
    {
        var data = (await Run(run)).At("data");
        var metrics = data.Find("metrics")?.EnumerateArray().Select(m => m.GetRawText()).Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>();
        return string.Join('\n', [.. metrics, .. data.Pairs("params").Select(p => $"param {p}"), .. data.Pairs("tags").Select(p => $"tag {p}")]);
    }

    /// <summary>The token of the page that begins after so many rows.</summary>
    public static string Token(long offset) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"offset": {{offset}}}""")));
}
