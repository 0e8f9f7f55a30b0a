using System.Text;
using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>What the server answered.</summary>
internal sealed record Answer(int Status, string Kind, byte[] Bytes, string Asked)
{
    private JsonElement? _json;

    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => _json ??= Parse();

    /// <summary>200 with a JSON object.</summary>
    public Answer Ok()
    {
        Assert.True(Status == 200 && Kind == "application/json", $"{Asked}\nanswered {Status} {Kind}: {Short}");
        Assert.Equal(JsonValueKind.Object, Json.ValueKind);
        return this;
    }

    /// <summary>200 and exactly this object.</summary>
    public Answer Is(string json)
    {
        Ok();
        using var expected = JsonDocument.Parse(json);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, Json), $"{Asked}\nanswered\n{Short}\ninstead of\n{json}");
        return this;
    }

    /// <summary>A refusal in the protocol's form, whose message helps.</summary>
    public Answer Refused(int status, string code, string says = "")
    {
        Assert.True(status == Status, $"{Asked}\nanswered {Status} instead of {status}: {Short}");
        Assert.Equal("application/json", Kind);
        Assert.Equal(code, Json.At("error_code").GetString());
        var message = Json.At("message").GetString()!;
        Assert.True(message.Length > 5, $"{Asked}\nsays only '{message}'.");
        Assert.Contains(says, message, StringComparison.Ordinal);
        return this;
    }

    public Answer Invalid(string says = "") => Refused(400, "INVALID_PARAMETER_VALUE", says);

    public Answer Missing(string says = "") => Refused(404, "RESOURCE_DOES_NOT_EXIST", says);

    public JsonElement At(string path) => Ok().Json.At(path);

    public string Word(string path) => At(path).GetString()!;

    public bool Has(string path) => Ok().Json.Find(path) is not null;

    /// <summary>The same part of every item of a list, which may be absent.</summary>
    public string[] Each(string list, string part) =>
        Ok().Json.Find(list) is { } items ? [.. items.EnumerateArray().Select(i => i.At(part).GetString()!)] : [];

    private string Short => Text.Length > 3000 ? Text[..3000] + "…" : Text;

    private JsonElement Parse()
    {
        try
        {
            return JsonDocument.Parse(Bytes).RootElement;
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"{Asked}\nanswered {Status} and no JSON: {Short}");
        }
    }
}

internal static class JsonParts
{
    /// <summary>A part by its path, <c>run.data.metrics[0].key</c>; null when it is not there.</summary>
    public static JsonElement? Find(this JsonElement json, string path)
    {
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.Split('[')[0];
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
                return null;
            foreach (var index in part.Split('[').Skip(1).Select(i => int.Parse(i.TrimEnd(']'), System.Globalization.CultureInfo.InvariantCulture)))
                if (index < json.GetArrayLength())
                    json = json[index];
                else
                    return null;
        }
        return json;
    }

    public static JsonElement At(this JsonElement json, string path) =>
        json.Find(path) ?? throw new InvalidOperationException($"There is no {path} in {json.GetRawText()[..Math.Min(1000, json.GetRawText().Length)]}");

    /// <summary>A list of keys and values, in no order; an absent list is empty, an empty one is a fault.</summary>
    public static SortedDictionary<string, string> Pairs(this JsonElement json, string list)
    {
        if (json.Find(list) is not { } items)
            return [];
        Assert.NotEqual(0, items.GetArrayLength());
        var pairs = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items.EnumerateArray())
        {
            Assert.Equal(["key", "value"], item.EnumerateObject().Select(p => p.Name));
            pairs.Add(item.At("key").GetString()!, item.At("value").GetString()!);
        }
        return pairs;
    }

    /// <summary>A number as the protocol writes it: NaN is a string.</summary>
    public static double Number(this JsonElement json, string path) => json.At(path) switch
    {
        { ValueKind: JsonValueKind.String } text when text.GetString() == "NaN" => double.NaN,
        var number => number.GetDouble(),
    };
}
