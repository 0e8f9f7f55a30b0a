using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>
/// Where the next page begins: base64 of <c>{"offset": n}</c>, the form MLflow's clients know, and some forge to read
/// the tail of a long history.
/// </summary>
public static class PageToken
{
    /// <summary>More rows than any search can have to skip; a larger offset is a forgery.</summary>
    public const long MaxOffset = int.MaxValue;

    private const int MaxLength = 1024;

    /// <summary>The token for a page that begins after <paramref name="offset"/> rows.</summary>
    public static string Write(long offset) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($$"""{"offset": {{offset}}}"""));

    /// <summary>Reads a token; none, or an empty one, is the first page.</summary>
    /// <returns>False with the 400 to answer where the token was not written by <see cref="Write"/> or alike.</returns>
    public static bool TryRead(string? token, out long offset, [NotNullWhen(false)] out ProtocolError? error)
    {
        offset = 0;
        error = null;
        if (string.IsNullOrEmpty(token))
            return true;
        var bytes = new byte[MaxLength];
        if (token.Length > MaxLength || !Convert.TryFromBase64String(token, bytes, out var length))
        {
            error = ProtocolError.Invalid("Invalid page token, could not base64-decode");
            return false;
        }
        if (TryOffset(bytes.AsMemory(0, length), out offset))
            return true;
        error = ProtocolError.Invalid(
            "Invalid page token: expected base64 of {\"offset\": n}. Pass the next_page_token of the previous answer, or none for the first page.");
        return false;
    }

    private static bool TryOffset(ReadOnlyMemory<byte> json, out long offset)
    {
        offset = 0;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("offset"u8, out var value))
                return false;
            var read = value.ValueKind switch
            {
                JsonValueKind.Number => value.TryGetInt64(out offset),
                JsonValueKind.String => long.TryParse(value.GetString(), out offset),
                _ => false,
            };
            if (read && offset is >= 0 and <= MaxOffset)
                return true;
        }
        catch (JsonException)
        {
            // Not JSON: a forged token like any other.
        }
        offset = 0;
        return false;
    }
}
