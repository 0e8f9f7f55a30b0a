using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crucible.Host.Audit;

/// <summary>Writes lines of the audit log as a file, one at a time.</summary>
internal static class AuditExport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task Csv(IAsyncEnumerable<AuditLine> lines, TextWriter output, CancellationToken cancel)
    {
        await output.WriteAsync("id,at,actor,via,token,address,action,subject,title,before,after\r\n");
        await foreach (var line in lines.WithCancellation(cancel))
            await output.WriteAsync(string.Join(',', new[]
            {
                $"{line.Id}", $"{line.At:O}", line.Actor, line.Via, line.TokenName, line.Address, line.Action, line.Subject, line.Title, line.Before, line.After,
            }.Select(Field)) + "\r\n");
    }

    public static async Task JsonLines(IAsyncEnumerable<AuditLine> lines, TextWriter output, CancellationToken cancel)
    {
        await foreach (var line in lines.WithCancellation(cancel))
            await output.WriteAsync(JsonSerializer.Serialize(new
            {
                line.Id,
                line.At,
                line.Actor,
                line.PersonId,
                line.Via,
                line.TokenId,
                line.TokenName,
                line.Address,
                line.Action,
                line.Subject,
                line.Title,
                Before = Parsed(line.Before),
                After = Parsed(line.After),
            }, Json) + "\n");
    }

    private static JsonElement? Parsed(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);

    // A field that begins like a formula would be run by a spreadsheet.
    private static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"")}\"";
    }
}
