using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Crucible.Api;

/// <summary>The JSON body of a call.</summary>
/// <param name="Value">What was sent; what was left out has its default.</param>
/// <param name="Sent">Names of the fields that were sent, null among their values or not.</param>
public sealed record ApiBody<T>(T Value, IReadOnlySet<string> Sent) where T : class
{
    /// <summary>Whether the field was sent, as it is called in JSON.</summary>
    public bool Has(string field) => Sent.Contains(field);
}

/// <summary>Reads bodies field by field, so that everything that is wrong is said at once and by its name.</summary>
internal static class ApiBody
{
    private const int MaxDepth = 32;

    public static ApiError? Read<T>(ReadOnlyMemory<byte> json, out ApiBody<T>? body) where T : class
    {
        body = null;
        JsonDocument document;
        try
        {
            if (!IsText(json.Span))
                return ApiError.Invalid("body", "holds a text that is no Unicode: half of a surrogate pair, or bytes that are no UTF-8.");
            document = JsonDocument.Parse(json.Length == 0 ? "{}"u8.ToArray() : json, new() { MaxDepth = MaxDepth });
        }
        catch (JsonException wrong)
        {
            return ApiError.Invalid("body", $"is no JSON (line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}).");
        }
        using (document)
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? Read(document.RootElement, out body)
                : ApiError.Invalid("body", $"must be a JSON object, not {ApiJson.Word(document.RootElement)}.");
    }

    // Parsing leaves texts as they are until somebody reads them, who then would have to expect it.
    private static bool IsText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            return false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
                if (reader is { ValueIsEscaped: true, TokenType: JsonTokenType.String or JsonTokenType.PropertyName })
                    reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static ApiError? Read<T>(JsonElement sent, out ApiBody<T>? body) where T : class
    {
        body = null;
        var known = ApiJson.Options.GetTypeInfo(typeof(T)).Properties;
        var errors = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        var names = new HashSet<string>();
        foreach (var field in sent.EnumerateObject())
            if (known.FirstOrDefault(k => k.Name == field.Name) is not { } property)
                errors[field.Name] = [$"is not known here. Known are {string.Join(", ", known.Select(k => k.Name))}."];
            else if (!names.Add(field.Name))
                errors[field.Name] = ["stands there twice."];
            else if (Fault(field.Value, property) is { } fault)
                errors[field.Name] = [fault];
        foreach (var missing in known.Where(k => k.IsRequired && !names.Contains(k.Name)))
            errors[missing.Name] = ["is missing."];
        if (errors.Count > 0)
            return ApiError.Invalid(errors);
        var value = sent.Deserialize<T>(ApiJson.Options)!;
        var wrong = new List<ValidationResult>();
        Validator.TryValidateObject(value, new(value), wrong, validateAllProperties: true);
        body = new(value, names);
        return wrong.Count == 0 ? null : ApiError.Invalid([.. wrong.SelectMany(w => w.MemberNames.Select(m => (Field: JsonNamingPolicy.SnakeCaseLower.ConvertName(m), w.ErrorMessage)))
            .GroupBy(w => w.Field).Select(g => KeyValuePair.Create(g.Key, g.Select(w => w.ErrorMessage ?? "is out of range.").ToArray()))]);
    }

    private static string? Fault(JsonElement value, JsonPropertyInfo property)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return property.IsSetNullable ? null : $"must be {ApiJson.Word(property.PropertyType)}, not null.";
        if (value.GetRawText().Contains(@"\u0000", StringComparison.Ordinal))
            return "holds the character U+0000, which cannot be stored.";
        try
        {
            value.Deserialize(property.PropertyType, ApiJson.Options);
            return null;
        }
        // An ArgumentException: a name stands twice in an object whose fields are not known beforehand.
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            if (wrong is ArgumentException)
                return "has a name that stands there twice.";
            var within = (wrong as JsonException)?.Path is { Length: > 1 } path ? $" ({path[2..]} is wrong)" : "";
            return within.Length > 0 && value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? $"has a part of the wrong kind{within}."
                : $"must be {ApiJson.Word(property.PropertyType)}, not {ApiJson.Word(value)}.";
        }
    }
}
