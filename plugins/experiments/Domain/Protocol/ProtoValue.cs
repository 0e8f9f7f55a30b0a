using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>How single values of proto-JSON are read. A getter answers null and what it wanted instead.</summary>
internal static class ProtoValue
{
    public delegate T? Getter<T>(JsonElement json, out string wanted);

    public static string? Text(JsonElement json, out string wanted)
    {
        wanted = $"a string is wanted. Hint: Value was of type '{TypeOf(json)}'.";
        return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
    }

    public static string? Id(JsonElement json, out string wanted)
    {
        wanted = $"a string is wanted. Hint: Value was of type '{TypeOf(json)}'.";
        return json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.Number => json.GetRawText(),
            _ => null,
        };
    }

    public static long? Int64(JsonElement json, out string wanted)
    {
        wanted = $"a whole number of 64 bits is wanted. Hint: Value was of type '{TypeOf(json)}'.";
        return json.ValueKind switch
        {
            JsonValueKind.String => ProtoNumbers.ToInt64(json.GetString()!),
            JsonValueKind.Number when json.TryGetInt64(out var number) => number,
            JsonValueKind.Number => ProtoNumbers.ToInt64(json.GetDouble()),
            _ => null,
        };
    }

    public static double? Double(JsonElement json, out string wanted)
    {
        wanted = $"a number is wanted. Hint: Value was of type '{TypeOf(json)}'.";
        return json.ValueKind switch
        {
            JsonValueKind.String => ProtoNumbers.ToDouble(json.GetString()!),
            JsonValueKind.Number => json.GetDouble(),
            _ => null,
        };
    }

    public static bool? Flag(JsonElement json, out string wanted)
    {
        wanted = "must be 'true' or 'false'.";
        return json.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String when bool.TryParse(json.GetString(), out var flag) => flag,
            _ => null,
        };
    }

    public static JsonElement? Object(JsonElement json, out string wanted)
    {
        wanted = $"an object is wanted. Hint: Value was of type '{TypeOf(json)}'.";
        return json.ValueKind == JsonValueKind.Object ? json : null;
    }

    /// <summary>The type in the words of the clients, which are Python's.</summary>
    public static string TypeOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => "str",
        JsonValueKind.Number => json.TryGetInt64(out _) ? "int" : "float",
        JsonValueKind.True or JsonValueKind.False => "bool",
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "dict",
        _ => "NoneType",
    };
}
