using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>
/// JSON as Python and proto write it, made into JSON that System.Text.Json reads. Each step looks first and copies only
/// bodies that need it; every step is one pass.
/// </summary>
internal static class LenientJson
{
    /// <summary>Deeper nesting is refused; no request of the protocol has more than six levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>How every body of the protocol is read.</summary>
    public static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads a body; one that is a string is read once more.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> json, out JsonElement root, [NotNullWhen(false)] out ProtocolError? error)
    {
        root = default;
        error = null;
        try
        {
            root = Parse(Clean(json).Span);
            if (root.ValueKind == JsonValueKind.String)
                root = Parse(Clean(Encoding.UTF8.GetBytes(root.GetString()!)).Span);
            return true;
        }
        catch (JsonException fault)
        {
            error = Unreadable(fault);
            return false;
        }
    }

    public static ProtocolError Unreadable(JsonException fault) => ProtocolError.Invalid(
        $"The request body is not JSON that can be read: line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}. Nesting deeper than {MaxDepth} is refused.");

    private static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return Element(json);
        }
        catch (JsonException)
        {
            if (QuoteNonFinite(json) is not { } quoted)
                throw;
            return Element(quoted);
        }
    }

    private static JsonElement Element(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        var element = JsonElement.ParseValue(ref reader);
        // Throws if anything but space follows.
        reader.Read();
        return element;
    }

    /// <summary>
    /// Without a byte order mark, invalid UTF-8 and escapes of lone surrogates: after this no text of the body throws
    /// when it is read.
    /// </summary>
    public static ReadOnlyMemory<byte> Clean(ReadOnlyMemory<byte> json)
    {
        if (json.Span.StartsWith(Bom))
            json = json[3..];
        if (!Utf8.IsValid(json.Span))
            json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
        return json.Span.IndexOf("\\ud"u8) < 0 && json.Span.IndexOf("\\uD"u8) < 0 ? json : WholeSurrogates(json.Span);
    }

    /// <summary>NaN, Infinity and -Infinity outside strings put in quotes, or null if there were none.</summary>
    public static byte[]? QuoteNonFinite(ReadOnlySpan<byte> json)
    {
        var into = new ArrayBufferWriter<byte>(json.Length + 64);
        var found = false;
        for (var at = 0; at < json.Length;)
        {
            var length = json[at] == '"' ? StringLength(json[at..]) : 1;
            var word = json[at] switch
            {
                (byte)'N' when json[at..].StartsWith("NaN"u8) => 3,
                (byte)'I' when json[at..].StartsWith("Infinity"u8) => 8,
                (byte)'-' when json[at..].StartsWith("-Infinity"u8) => 9,
                _ => 0,
            };
            if (word > 0)
            {
                found = true;
                into.Write("\""u8);
                into.Write(json.Slice(at, word));
                into.Write("\""u8);
                at += word;
                continue;
            }
            into.Write(json.Slice(at, length));
            at += length;
        }
        return found ? into.WrittenSpan.ToArray() : null;
    }

    private static int StringLength(ReadOnlySpan<byte> json)
    {
        for (var at = 1; at < json.Length; at++)
        {
            if (json[at] == '\\')
                at++;
            else if (json[at] == '"')
                return at + 1;
        }
        return json.Length;
    }

    private static ReadOnlyMemory<byte> WholeSurrogates(ReadOnlySpan<byte> json)
    {
        var into = json.ToArray();
        for (var at = 0; at + 1 < into.Length;)
        {
            if (into[at] != '\\')
            {
                at++;
                continue;
            }
            var unit = Unit(into, at);
            if (unit is >= 0xD800 and < 0xDC00 && Unit(into, at + 6) is >= 0xDC00 and < 0xE000)
                at += 12;
            else if (unit is >= 0xD800 and < 0xE000)
            {
                "\\ufffd"u8.CopyTo(into.AsSpan(at));
                at += 6;
            }
            else
                at += 2;
        }
        return into;
    }

    /// <summary>The UTF-16 unit that is escaped at a position, or -1.</summary>
    private static int Unit(ReadOnlySpan<byte> json, int at)
    {
        if (at + 6 > json.Length || json[at] != '\\' || json[at + 1] != 'u')
            return -1;
        var unit = 0;
        foreach (var digit in json.Slice(at + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return -1;
            unit = (unit << 4) + Convert.ToInt32(((char)digit).ToString(), 16);
        }
        return unit;
    }
}
