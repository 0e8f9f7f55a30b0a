using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Crucible.Api;

/// <summary>JSON as <c>/api/v1</c> speaks it.</summary>
public static class ApiJson
{
    /// <summary>
    /// snake_case names; times as RFC 3339 in UTC; NaN and the infinities as the strings <c>"NaN"</c>, <c>"Infinity"</c>,
    /// <c>"-Infinity"</c>; nothing left out, so that a field that has no value is null. A name twice in an object is refused.
    /// </summary>
    public static JsonSerializerOptions Options { get; } = Configure(new(JsonSerializerDefaults.General) { AllowDuplicateProperties = false, TypeInfoResolver = new DefaultJsonTypeInfoResolver() });

    /// <summary>Gives other options the same form.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        return options;
    }

    /// <summary>Milliseconds of the Unix epoch as a time; null outside the years 1 to 9999, which no time of JSON can say.</summary>
    public static DateTime? Time(long? milliseconds) => milliseconds is >= -62_135_596_800_000 and <= 253_402_300_799_999
        ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.Value).UtcDateTime
        : null;

    /// <summary>The entity tag of these bytes, quotes included: the same for the same bytes on every host.</summary>
    public static string Tag(ReadOnlySpan<byte> json) => $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 16))}\"";

    internal static string Word(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "a string";
        if (type == typeof(bool))
            return "true or false";
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset))
            return "a time as RFC 3339, 2026-01-31T12:00:00Z";
        if (type == typeof(Guid))
            return "an id";
        if (type == typeof(double) || type == typeof(decimal))
            return "a number";
        if (type.IsPrimitive)
            return "a whole number";
        return type.IsArray || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) ? "a list" : "an object";
    }

    internal static string Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => string.Create(CultureInfo.InvariantCulture, $"the number {value.GetRawText()[..Math.Min(value.GetRawText().Length, 40)]}"),
        JsonValueKind.Null => "null",
        _ => value.GetRawText(),
    };
}
