using System.Text.Json;
using System.Text.Json.Nodes;
using Crucible.Api;

namespace Crucible.Host.Api;

/// <summary>A parameter as the reference page shows it.</summary>
internal sealed record ReferenceParameter(string Name, string In, string What, bool Required);

/// <summary>A field of a JSON object as the reference page shows it.</summary>
internal sealed record ReferenceField(string Name, string Type, string What, bool Required);

/// <summary>An operation as the reference page shows it.</summary>
internal sealed record ReferenceOperation(string Id, string Method, string Path, string Summary, string Detail, IReadOnlyList<ReferenceParameter> Parameters,
    IReadOnlyList<ReferenceField> Body, string Curl, string Status, string? Answer, IReadOnlyList<ReferenceField> Fields, IReadOnlyList<string> Refusals);

/// <summary>The OpenAPI document as people read it.</summary>
internal static class ApiReference
{
    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };

    /// <summary>The operations by what they are about, in the order of the document.</summary>
    public static IReadOnlyList<(string Group, IReadOnlyList<ReferenceOperation> Operations)> Read(ReadOnlySpan<byte> json, string host)
    {
        var document = JsonNode.Parse(json)!;
        return [.. document["paths"]!.AsObject()
            .SelectMany(p => p.Value!.AsObject().Select(o => (Group: Text(o.Value!["tags"]?[0]), Operation: Operation(document, p.Key, o.Key.ToUpperInvariant(), o.Value!, host))))
            .GroupBy(o => o.Group).Select(g => (g.Key, (IReadOnlyList<ReferenceOperation>)[.. g.Select(o => o.Operation)]))];
    }

    /// <summary>What stands before them.</summary>
    public static string Introduction(ReadOnlySpan<byte> json) => Text(JsonNode.Parse(json)!["info"]!["description"]);

    private static ReferenceOperation Operation(JsonNode document, string path, string method, JsonNode node, string host)
    {
        var parameters = (node["parameters"] as JsonArray ?? []).Select(p => p!).ToList();
        var body = node["requestBody"]?["content"]?["application/json"];
        var responses = node["responses"]!.AsObject();
        var (status, good) = responses.First(r => r.Key[0] == '2');
        var answer = good!["content"]?["application/json"];
        return new(Text(node["operationId"]), method, path, Text(node["summary"]), Text(node["description"]),
            [.. parameters.Select(p => new ReferenceParameter(Text(p["name"]), Text(p["in"]), Text(p["description"]), p["required"]?.GetValue<bool>() == true))],
            Fields(document, body?["schema"]), Curl(method, path, parameters, body?["example"], host), status, answer?["example"]?.ToJsonString(Indented),
            Fields(document, Data(answer?["schema"])), [.. responses.Where(r => r.Key[0] == '4').Select(r => $"{r.Key} {Text(r.Value!["description"])}")]);
    }

    private static JsonNode? Data(JsonNode? schema)
    {
        var data = schema?["properties"]?["data"];
        return data?["items"] ?? data;
    }

    private static List<ReferenceField> Fields(JsonNode document, JsonNode? schema)
    {
        if (schema?["$ref"] is { } reference)
            schema = document["components"]!["schemas"]![Text(reference)[(Text(reference).LastIndexOf('/') + 1)..]];
        var required = (schema?["required"] as JsonArray ?? []).Select(Text).ToHashSet();
        return [.. (schema?["properties"] as JsonObject ?? []).Select(p => new ReferenceField(p.Key, Type(p.Value!), Text(p.Value!["description"]), required.Contains(p.Key)))];
    }

    private static string Type(JsonNode schema)
    {
        var types = schema["type"] is JsonArray several ? several.Select(Text).ToList() : schema["type"] is { } one ? [Text(one)] : [];
        if (types.Count == 0)
            return "object";
        types.Remove("null");
        // Numbers that may be NaN are documented as number or text.
        return types.Contains("number") ? "number" : types.Contains("integer") ? "integer" : string.Join(" or ", types);
    }

    private static string Curl(string method, string path, IEnumerable<JsonNode> parameters, JsonNode? body, string host)
    {
        var query = new List<string>();
        foreach (var parameter in parameters)
            if (Text(parameter["in"]) == "path")
                path = path.Replace($"{{{Text(parameter["name"])}}}", Text(parameter["example"]), StringComparison.Ordinal);
            else if (Text(parameter["in"]) == "query" && Text(parameter["name"]) is "filter" or "key" or "sort" or "per_page")
                query.Add($"{Uri.EscapeDataString(Text(parameter["name"]))}={Uri.EscapeDataString(Text(parameter["example"]))}");
        var address = $"{host}{path}{(query.Count == 0 ? "" : "?" + string.Join('&', query))}";
        var lines = new List<string> { $"curl {(method == "GET" ? "" : $"-X {method} ")}'{address}'", "  -H \"Authorization: Bearer $CRUCIBLE_TOKEN\"" };
        if (method == "POST")
            lines.Add("  -H \"Idempotency-Key: $(uuidgen)\"");
        if (body is not null)
            lines.AddRange(["  -H 'Content-Type: application/json'", $"  -d '{body.ToJsonString(Indented).Replace("'", "'\\''", StringComparison.Ordinal)}'"]);
        return string.Join(" \\\n", lines);
    }

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "";
}
