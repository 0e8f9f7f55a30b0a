using System.Text.Json;

namespace Crucible.Ui;

/// <summary>A value of a <see cref="JsonTree"/>.</summary>
/// <param name="Name">Its key, or its index in a list; empty for the root.</param>
/// <param name="Path">How to reach it: <c>$.items[3].name</c>, <c>$["odd key"]</c> (RFC 9535).</param>
/// <param name="Kind"><c>object</c>, <c>array</c>, <c>string</c>, <c>number</c>, <c>true</c>, <c>false</c>, <c>null</c>, or <c>more</c> for what the limits left out.</param>
/// <param name="Text">What is read: numbers with every digit that was sent, never through a double.</param>
/// <param name="Count">How many values an object or a list holds.</param>
/// <param name="Children">Those that are drawn.</param>
public sealed record JsonNode(string Name, string Path, string Kind, string Text, int Count, IReadOnlyList<JsonNode> Children)
{
    /// <summary>Values that are drawn at most.</summary>
    public const int MostNodes = 2000;

    /// <summary>Levels that are drawn at most; deeper ones are one line of text.</summary>
    public const int MostDepth = 24;

    /// <summary>Characters of one value that are drawn at most.</summary>
    public const int MostText = 2000;

    /// <summary>Characters of JSON that are read at most.</summary>
    public const int MostJson = 2_000_000;

    /// <summary>Reads JSON within the limits.</summary>
    /// <returns>The root, or null and why not.</returns>
    public static (JsonNode? Root, string? Error) Read(string json)
    {
        if (json.Length > MostJson) return (null, $"This JSON has {json.Length:N0} characters; up to {MostJson:N0} are drawn as a tree. Download it instead.");
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 512 });
            return (new Walk().Of("", "$", document.RootElement, 0), null);
        }
        catch (JsonException fault)
        {
            return (null, $"This is no JSON: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.");
        }
    }

    private sealed class Walk
    {
        private int _left = MostNodes;

        public JsonNode Of(string name, string path, JsonElement value, int depth)
        {
            _left--;
            return value.ValueKind switch
            {
                JsonValueKind.Object => Branch(name, path, "object", value.GetPropertyCount(), depth, value, value.EnumerateObject().Select(p => (p.Name, path + Key(p.Name), p.Value))),
                JsonValueKind.Array => Branch(name, path, "array", value.GetArrayLength(), depth, value, value.EnumerateArray().Select((v, i) => ($"{i}", $"{path}[{i}]", v))),
                JsonValueKind.String => new(name, path, "string", Cut(value.GetString()!), 0, []),
                JsonValueKind.Number => new(name, path, "number", Cut(value.GetRawText()), 0, []),
                _ => new(name, path, value.GetRawText(), value.GetRawText(), 0, []),
            };
        }

        private JsonNode Branch(string name, string path, string kind, int count, int depth, JsonElement value, IEnumerable<(string, string, JsonElement)> inside)
        {
            if (depth >= MostDepth && count > 0) return new(name, path, kind, Cut(value.GetRawText()), count, []);
            var children = new List<JsonNode>();
            foreach (var (key, at, child) in inside)
            {
                if (_left <= 0)
                {
                    children.Add(new("", path, "more", $"{count - children.Count:N0} more", 0, []));
                    break;
                }
                children.Add(Of(key, at, child, depth + 1));
            }
            return new(name, path, kind, "", count, children);
        }

        private static string Cut(string text) => text.Length <= MostText ? text : $"{text[..(char.IsHighSurrogate(text[MostText - 1]) ? MostText - 1 : MostText)]}… ({text.Length:N0} characters)";

        private static string Key(string name)
        {
            if (name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) return $".{name}";
            return $"[{JsonEncodedText.Encode(name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString().Insert(0, "\"")}\"]";
        }
    }
}
