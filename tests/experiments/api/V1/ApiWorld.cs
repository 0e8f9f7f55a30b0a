using System.Text;
using System.Text.Json;

namespace Crucible.Experiments.Api.Tests.V1;

/// <summary>A world whose tests may call /api/v1 as often as they like.</summary>
public sealed class ApiWorld : World
{
    protected override IEnumerable<string> Settings => ["Crucible:Api:ReadsPerMinute=1000000", "Crucible:Api:WritesPerMinute=1000000", "Crucible:Api:ExportsPerMinute=1000000"];
}

[CollectionDefinition(nameof(ApiWorld))]
public sealed class ApiWorlds : ICollectionFixture<ApiWorld>;

/// <summary>An answer of /api/v1.</summary>
internal sealed record Reply(int Status, string Text, IReadOnlyDictionary<string, string> Headers, string Asked)
{
    public JsonElement Json { get; } = Text.Length > 0 && Text[0] is '{' or '[' ? JsonDocument.Parse(Text).RootElement : default;

    public JsonElement Data => Is(200).Json.GetProperty("data");

    public string ETag => Headers["ETag"];

    public Reply Is(int status)
    {
        Assert.True(Status == status, $"{Asked}\nanswered {Status} instead of {status}: {Text[..Math.Min(Text.Length, 2000)]}");
        return this;
    }

    /// <summary>A refusal in the envelope, which names the field.</summary>
    public Reply Refused(int status, string code, string? field = null)
    {
        Is(status);
        var error = Json.GetProperty("error");
        Assert.Equal(["code", "message", "details"], error.EnumerateObject().Select(p => p.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
        if (field is not null)
            Assert.NotEqual("", error.GetProperty("details").GetProperty(field)[0].GetString());
        return this;
    }
}

/// <summary>A program that calls /api/v1.</summary>
internal sealed class ApiClient(HttpClient http)
{
    public HttpClient Http { get; } = http;

    public Task<Reply> Get(string path, params (string Name, string Value)[] headers) => Send("GET", path, null, headers);

    public Task<Reply> Post(string path, object? body = null, params (string Name, string Value)[] headers) => Send("POST", path, body, headers);

    public async Task<Reply> Send(string method, string path, object? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path.StartsWith('/') ? path : $"/api/v1/{path}");
        if (body is not null)
            request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase), $"{method} {path} {body as string}");
    }

    public async Task<long> NewExperiment(string? name = null) =>
        (await Post("experiments", new { name = name ?? Tracker.Unique("e") })).Is(201).Json.GetProperty("data").GetProperty("id").GetInt64();

    public async Task<string> NewRun(long experiment, string name = "run", DateTimeOffset? at = null, Dictionary<string, string>? parameters = null) =>
        (await Post("runs", new { experiment_id = experiment, name, started_at = at ?? DateTimeOffset.UnixEpoch.AddYears(50), @params = parameters ?? [] })).Is(201).Json.GetProperty("data").GetProperty("id").GetString()!;

    /// <summary>Walks a list by cursor to its end.</summary>
    public async Task<List<JsonElement>> Walk(string path, int perPage)
    {
        var all = new List<JsonElement>();
        var cursor = "";
        while (true)
        {
            var page = (await Get($"{path}{(path.Contains('?') ? '&' : '?')}per_page={perPage}&cursor={cursor}")).Is(200).Json;
            all.AddRange(page.GetProperty("data").EnumerateArray());
            var meta = page.GetProperty("meta");
            Assert.Equal(meta.GetProperty("has_more").GetBoolean(), meta.GetProperty("next_cursor").ValueKind == JsonValueKind.String);
            if (!meta.GetProperty("has_more").GetBoolean())
                return all;
            Assert.Equal(perPage, page.GetProperty("data").GetArrayLength());
            cursor = meta.GetProperty("next_cursor").GetString()!;
        }
    }
}

internal static class ReplyParts
{
    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
