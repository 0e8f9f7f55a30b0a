using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Crucible.Experiments.Domain;

/// <summary>An experiment's configuration: one object, typed as JSON or YAML.</summary>
/// <param name="Format"><c>json</c> or <c>yaml</c>.</param>
/// <param name="Source">As it was typed; YAML keeps its comments.</param>
/// <param name="Document">What it says, as JSON.</param>
public sealed record Configuration(string Format, string Source, string Document)
{
    /// <summary>Characters of a configuration.</summary>
    public const int Longest = 200_000;

    private const int Deepest = 60;
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads what somebody typed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="configuration">What it says.</param>
    /// <returns>What is wrong and where; null when all is well.</returns>
    public static string? Read(string text, out Configuration configuration)
    {
        configuration = new("json", "{}", "{}");
        text = text.ReplaceLineEndings("\n").Trim();
        if (text.Length > Longest)
            return $"A configuration has at most {Longest:N0} characters; this one has {text.Length:N0}.";
        if (text.Contains('\0'))
            return "A configuration cannot hold the character U+0000.";
        if (text.Length == 0)
            return null;
        return text[0] is '{' or '[' ? ReadJson(text, ref configuration) : ReadYaml(text, ref configuration);
    }

    /// <summary>JSON as people read it.</summary>
    public static string Pretty(string json) => JsonNode.Parse(json)?.ToJsonString(Readable) ?? "{}";

    private static string? ReadJson(string text, ref Configuration configuration)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = Deepest, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
            if (JsonNode.Parse(text, documentOptions: options) is not JsonObject read)
                return "A configuration is an object: keys and values in { }.";
            configuration = new("json", text, read.ToJsonString());
            return HasNul(read) ? "A configuration cannot hold the character U+0000." : null;
        }
        catch (JsonException e)
        {
            return $"This is no JSON: line {(e.LineNumber ?? 0) + 1}, column {(e.BytePositionInLine ?? 0) + 1}. {FirstSentence(e.Message)}";
        }
    }

    private static string? ReadYaml(string text, ref Configuration configuration)
    {
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            var read = Node(parser, 0, out var wrong);
            if (wrong is not null)
                return wrong;
            parser.Consume<DocumentEnd>();
            if (parser.Current is DocumentStart)
                return $"Line {parser.Current.Start.Line}: a configuration is one document, without a further ---.";
            if (read is not JsonObject)
                return "A configuration is an object: lines of “key: value”.";
            configuration = new("yaml", text, read.ToJsonString());
            return HasNul(read) ? "A configuration cannot hold the character U+0000." : null;
        }
        catch (YamlException e)
        {
            return $"This is no YAML: line {e.Start.Line}, column {e.Start.Column}. {FirstSentence((e.InnerException ?? e).Message)}";
        }
    }

    // Anchors could make a short text an endless document, and a configuration needs none.
    private static JsonNode? Node(Parser parser, int depth, out string? wrong)
    {
        wrong = null;
        var line = parser.Current!.Start.Line;
        if (depth > Deepest)
            wrong = $"Line {line}: this nests deeper than {Deepest} levels.";
        else if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            wrong = $"Line {line}: anchors (&, *) are not taken. Write the value out.";
        else if (parser.TryConsume<Scalar>(out var scalar))
            return Value(scalar);
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (wrong is null && !parser.TryConsume<SequenceEnd>(out _))
                list.Add(Node(parser, depth + 1, out wrong));
            return list;
        }
        else if (parser.TryConsume<MappingStart>(out _))
        {
            var map = new JsonObject();
            while (wrong is null && !parser.TryConsume<MappingEnd>(out _))
            {
                line = parser.Current!.Start.Line;
                if (parser.Current is not Scalar { Anchor.IsEmpty: true } key)
                    wrong = $"Line {line}: a key is one word or text.";
                else if (map.ContainsKey(key.Value))
                    wrong = $"Line {line}: the key {key.Value} is there twice.";
                else
                {
                    parser.MoveNext();
                    map[key.Value] = Node(parser, depth + 1, out wrong);
                }
            }
            return map;
        }
        else
            wrong = $"Line {line}: a value is missing.";
        return null;
    }

    // The core schema of YAML 1.2, without its octal numbers: what is not quoted and reads as a number, a truth or nothing is one.
    private static JsonValue? Value(Scalar scalar)
    {
        if (scalar.Style is not ScalarStyle.Plain)
            return JsonValue.Create(scalar.Value);
        return scalar.Value switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            var text when text.Any(char.IsAsciiDigit) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
            var text => JsonValue.Create(text),
        };
    }

    private static bool HasNul(JsonNode? node) => node switch
    {
        JsonObject map => map.Any(p => p.Key.Contains('\0') || HasNul(p.Value)),
        JsonArray list => list.Any(HasNul),
        JsonValue value => value.TryGetValue<string>(out var text) && text.Contains('\0'),
        _ => false,
    };

    private static string FirstSentence(string message) =>
        message.Split([" LineNumber:", " Path:"], StringSplitOptions.None)[0].Split('\n')[0].Trim() is var said && said.EndsWith('.') ? said : said + ".";
}
