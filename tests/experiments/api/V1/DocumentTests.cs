using System.Text.Json;
using System.Text.RegularExpressions;
using Crucible.Experiments.Api.Tests.Pages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Crucible.Experiments.Api.Tests.V1;

/// <summary>What the OpenAPI document says is so, tried on the running host.</summary>
[Collection(nameof(ApiWorld))]
public sealed partial class DocumentTests(ApiWorld world)
{
    private const string SampleRun = "0198c0ffee0070008000000000000001", SampleExport = "0198c0ffee0070008000000000000002";

    private sealed record Operation(string Method, string Path, JsonElement Body)
    {
        public override string ToString() => $"{Method} {Path}";

        public IEnumerable<JsonElement> Parameters => Body.TryGetProperty("parameters", out var all) ? all.EnumerateArray() : [];
    }

    private async Task<(JsonElement Document, List<Operation> Operations)> Document()
    {
        var document = (await new ApiClient(world.Client(world.Cast.Viewer)).Get("openapi.json")).Is(200).Json;
        return (document, [.. document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(o => new Operation(o.Name.ToUpperInvariant(), p.Name, o.Value)))]);
    }

    [Fact]
    public async Task Every_route_is_in_it_with_examples_refusals_and_ways_to_sign_in()
    {
        var (document, operations) = await Document();
        var routes = world.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal) && !e.RoutePattern.RawText.Contains("**rest", StringComparison.Ordinal) && !e.RoutePattern.RawText.EndsWith("openapi.json", StringComparison.Ordinal))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal)}")).Order().ToList();
        Assert.True(routes.Count > 40, $"Only {routes.Count} routes.");
        Assert.Equal(routes, operations.Select(o => o.ToString()).Order());
        Assert.Equal(["basic", "session", "token"], document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(s => s.Name).Order());
        foreach (var one in operations)
        {
            Assert.NotEqual("", one.Body.Text("summary"));
            Assert.Matches("^[a-z]+[A-Za-z]+$", one.Body.Text("operationId"));
            var responses = one.Body.GetProperty("responses");
            foreach (var status in (string[])["401", "422", "429"])
                Assert.Equal(JsonValueKind.Object, responses.GetProperty(status).GetProperty("content").GetProperty("application/json").GetProperty("example").GetProperty("error").ValueKind);
            Assert.All(one.Parameters.Where(p => p.Text("in") == "path"), p => Assert.NotEqual("", p.Text("example")));
            Assert.Equal(Braces().Count(one.Path), one.Parameters.Count(p => p.Text("in") == "path"));
            if (responses.EnumerateObject().First(r => r.Name[0] == '2').Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json))
                Assert.Equal(JsonValueKind.Object, json.GetProperty("example").ValueKind);
        }
        Assert.Equal(operations.Count, operations.Select(o => o.Body.Text("operationId")).Distinct().Count());
    }

    [Fact]
    public async Task Every_example_works_and_is_answered_as_promised()
    {
        var (document, operations) = await Document();
        var mira = new ApiClient(world.Client(world.Cast.Member));
        var faults = new List<string>();
        foreach (var one in operations)
        {
            // Things of its own for each: what one of them deletes, another one reads.
            var fill = await Things(mira, one);
            var query = string.Join('&', one.Parameters.Where(p => p.Text("in") == "query" && p.Text("name") is not ("page" or "cursor")).Select(p => $"{Uri.EscapeDataString(p.Text("name"))}={Uri.EscapeDataString(fill(p.Text("example")))}"));
            var path = one.Parameters.Where(p => p.Text("in") == "path").Aggregate(one.Path, (at, p) => at.Replace($"{{{p.Text("name")}}}", Uri.EscapeDataString(fill(p.Text("example"))), StringComparison.Ordinal));
            var body = one.Body.TryGetProperty("requestBody", out var takes) ? fill(takes.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText()) : null;
            var answer = await mira.Send(one.Method, query.Length == 0 ? path : $"{path}?{query}", body);
            var (status, promised) = one.Body.GetProperty("responses").EnumerateObject().Where(r => r.Name[0] == '2').Select(r => (int.Parse(r.Name), r.Value)).Single();
            if (answer.Status != status)
                faults.Add($"{one} answered {answer.Status} instead of {status}: {answer.Text[..Math.Min(300, answer.Text.Length)]}");
            else if (promised.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json))
                faults.AddRange(Differences(document, json.GetProperty("schema"), answer.Json, "").Select(d => $"{one}: {d}"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task To_another_team_nothing_of_it_exists()
    {
        var (_, operations) = await Document();
        var (mira, stan) = (new ApiClient(world.Client(world.Cast.Member)), new ApiClient(world.Client(world.Cast.Stranger)));
        var fill = await Things(mira, operations[0]);
        foreach (var one in operations.Where(o => o.Path.Contains("{id}", StringComparison.Ordinal)))
        {
            var path = one.Parameters.Where(p => p.Text("in") == "path").Aggregate(one.Path, (at, p) => at.Replace($"{{{p.Text("name")}}}", Uri.EscapeDataString(fill(p.Text("example"))), StringComparison.Ordinal));
            (await stan.Send(one.Method, path, one.Body.TryGetProperty("requestBody", out var takes) ? fill(takes.GetProperty("content").GetProperty("application/json").GetProperty("example").GetRawText()) : null)).Refused(404, "not_found");
        }
    }

    [Fact]
    public async Task People_read_it_as_a_page()
    {
        var (_, operations) = await Document();
        var page = await (await world.Visit(world.Cast.Viewer)).Ask("/api");
        Assert.Equal(operations.Count, page.Page.QuerySelectorAll("details.api-operation").Length);
        Assert.Contains("curl -X POST", page.Text("#postExperiments .code"), StringComparison.Ordinal);
        Assert.Contains("lost_after_seconds", page.Text("#postExperiments"), StringComparison.Ordinal);
        Assert.Empty(page.Page.QuerySelectorAll("script:not([src^='/assets/'])"));
    }

    /// <summary>Things in the state that an operation needs, in place of those of the examples.</summary>
    private async Task<Func<string, string>> Things(ApiClient mira, Operation one)
    {
        var project = (await mira.Post("projects", new { name = Tracker.Unique("p") })).Is(201).Json.GetProperty("data").GetProperty("id").GetInt64();
        var pending = !one.Path.EndsWith("/pause", StringComparison.Ordinal) && !one.Path.EndsWith("/complete", StringComparison.Ordinal) && !one.Path.EndsWith("/fail", StringComparison.Ordinal);
        var experiment = (await mira.Post("experiments", new { name = Tracker.Unique("e"), pending, tags = new { task = "t" }, config = new { a = 1 }, project_id = project })).Is(201).Json.GetProperty("data").GetProperty("id").GetInt64();
        var run = await mira.NewRun(experiment, "r", parameters: new() { ["lr"] = "0.001" });
        (await mira.Send("PUT", $"runs/{run}/tags/checked", new { value = "yes" })).Is(200);
        await new Tracker(mira.Http).Log(run, "loss", [new(1, 1000, 0.25)]);
        var export = (await mira.Post($"experiments/{experiment}/export", new { format = "csv" })).Is(202).Json.GetProperty("data").Text("id");
        if (one.Path.EndsWith("/cancel", StringComparison.Ordinal) && one.Path.Contains("exports", StringComparison.Ordinal))
            await Hold(export);
        else if (one.Path.EndsWith("/download", StringComparison.Ordinal))
            await Until.True(async () => (await mira.Get($"exports/{export}")).Data.Text("state") == "completed", "the file is there");
        var model = (await mira.Post("models", new { name = Tracker.Unique("m"), tags = new { task = "t" } })).Is(201).Json.GetProperty("data").GetProperty("id").GetInt64();
        (await mira.Post($"models/{model}/versions", new { source = $"mlflow-artifacts:/{experiment}/{run}/artifacts/model", run_id = run })).Is(201);
        (await mira.Send("PUT", $"models/{model}/aliases/champion", new { version = 1 })).Is(200);
        (await mira.Post($"runs/{run}/logs", new { lines = new[] { "loss 0.25" } })).Is(200);
        (await mira.Http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/checkpoints/step-1.pt", new ByteArrayContent([1]))).EnsureSuccessStatusCode();
        var last = one.Path[(one.Path.LastIndexOf('/') + 1)..];
        if (last is "unarchive")
            (await mira.Post(one.Path.Contains("runs", StringComparison.Ordinal) ? $"runs/{run}/archive" : $"experiments/{experiment}/archive")).Is(200);
        if (last is "resume")
            (await mira.Post($"experiments/{experiment}/cancel")).Is(200);
        if (last is "restore")
            (await mira.Send("DELETE", one.Path.Contains("runs", StringComparison.Ordinal) ? $"runs/{run}" : $"experiments/{experiment}", null)).Is(204);
        var unique = Tracker.Unique("n");
        return text => Number().Replace(text.Replace(SampleRun, run, StringComparison.Ordinal).Replace(SampleExport, export, StringComparison.Ordinal)
            .Replace("sentiment-distil-2", unique, StringComparison.Ordinal).Replace("sentiment-distil-again", unique, StringComparison.Ordinal).Replace("sentiment-student-2", unique, StringComparison.Ordinal).Replace("Quantisation", unique, StringComparison.Ordinal)
            .Replace("\"experiment_id\":12", $"\"experiment_id\":{experiment}", StringComparison.Ordinal).Replace("\"experiment_id\": 12", $"\"experiment_id\": {experiment}", StringComparison.Ordinal),
            m => m.Value switch { "12" => $"{experiment}", "7" => $"{model}", _ => $"{project}" });
    }
    /// <summary>Puts an export back into the queue, so that it can be cancelled: its job has done its work.</summary>
    private async Task Hold(string export)
    {
        await using var connection = new NpgsqlConnection(world.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await Until.True(async () =>
        {
            await using var command = new NpgsqlCommand("update experiments.export set state = 'queued' where export_id = $1 and state = 'completed'", connection) { Parameters = { new() { Value = Guid.ParseExact(export, "N") } } };
            return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken) == 1;
        }, "the export was written");
    }

    /// <summary>Where an answer is not what its schema says.</summary>
    private static IEnumerable<string> Differences(JsonElement document, JsonElement schema, JsonElement json, string at)
    {
        if (schema.TryGetProperty("$ref", out var reference))
            schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]);
        if (schema.TryGetProperty("oneOf", out var several))
        {
            if (several.EnumerateArray().All(s => Differences(document, s, json, at).Any()))
                yield return $"{at} is none of what it may be: {json}";
            yield break;
        }
        var types = !schema.TryGetProperty("type", out var type) ? [] : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!).ToList() : [type.GetString()!];
        var kind = json.ValueKind switch { JsonValueKind.Object => "object", JsonValueKind.Array => "array", JsonValueKind.String => "string", JsonValueKind.Number => "number", JsonValueKind.Null => "null", _ => "boolean" };
        if (types.Count > 0 && !types.Contains(kind) && !(kind == "number" && types.Contains("integer")))
            yield return $"{at} is {kind}, not {string.Join(" or ", types)}";
        if (kind == "object" && schema.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
                if (!json.TryGetProperty(property.Name, out var value))
                    yield return $"{at}.{property.Name} is missing";
                else
                    foreach (var within in Differences(document, property.Value, value, $"{at}.{property.Name}"))
                        yield return within;
            foreach (var further in json.EnumerateObject().Where(p => !properties.TryGetProperty(p.Name, out _)))
                yield return $"{at}.{further.Name} is not described";
        }
        if (kind == "array" && schema.TryGetProperty("items", out var items))
            foreach (var item in json.EnumerateArray())
                foreach (var within in Differences(document, items, item, $"{at}[]"))
                    yield return within;
    }

    [GeneratedRegex("^(12|3|7)$")]
    private static partial Regex Number();

    [GeneratedRegex("{")]
    private static partial Regex Braces();
}
