using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Crucible.Experiments.Domain.Console;

/// <summary>
/// Lines as a program sends them: JSON <c>{"source": "rank-0", "lines": [{"text": "…", "level": "info", "at": 1795183890954,
/// "stream": "stdout", "seq": 17}, "a plain line"]}</c>, or plain text, a line each.
/// </summary>
/// <param name="Source">Which of several writers; empty for the only one.</param>
/// <param name="Lines">In order; of lines with one number only the first.</param>
/// <param name="Cut">How many of them were too long.</param>
public sealed record ConsoleBatch(string Source, IReadOnlyList<SentLine> Lines, int Cut)
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8 };

    /// <summary>Reads JSON; null and why not.</summary>
    public static (ConsoleBatch? Batch, string Field, string Refusal) OfJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Options);
            return OfRoot(json.RootElement);
        }
        catch (JsonException e)
        {
            return (null, "body", $"This is no JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            return (null, "body", "A text holds half of a character (a lone surrogate). Send it as it is in UTF-8.");
        }
    }

    private static (ConsoleBatch?, string, string) OfRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("lines", out var lines) || lines.ValueKind != JsonValueKind.Array)
            return (null, "lines", "Send an object with a list \"lines\".");
        if (lines.GetArrayLength() > ConsoleLine.MostAtOnce)
            return (null, "lines", $"A call takes at most {ConsoleLine.MostAtOnce:N0} lines; this one has {lines.GetArrayLength():N0}. Send several.");
        var source = Text(root, "source") ?? "";
        if (source.Length > ConsoleLine.MostSource)
            return (null, "source", $"At most {ConsoleLine.MostSource} characters.");
        var read = new List<SentLine>(lines.GetArrayLength());
        var (seen, cut, at) = (new HashSet<long>(), 0, 0);
        foreach (var item in lines.EnumerateArray())
        {
            if (Line(item, out var line, out var wrong) is { } field)
                return (null, $"lines[{at}]{field}", wrong);
            if (line.Seq is not { } seq || seen.Add(seq))
                read.Add(Kept(line, ref cut));
            at++;
        }
        return (new(Clean(source), read, cut), "", "");
    }

    /// <summary>Reads plain text, a line each.</summary>
    public static (ConsoleBatch? Batch, string Field, string Refusal) OfText(ReadOnlySpan<byte> body, string? source, short? level, bool isError)
    {
        var text = Encoding.UTF8.GetString(body);
        var lines = text.EndsWith('\n') ? text[..^1].Split('\n') : text.Split('\n');
        if (lines.Length > ConsoleLine.MostAtOnce)
            return (null, "body", $"A call takes at most {ConsoleLine.MostAtOnce:N0} lines; this one has {lines.Length:N0}. Send several.");
        if (source?.Length > ConsoleLine.MostSource)
            return (null, "source", $"At most {ConsoleLine.MostSource} characters.");
        var cut = 0;
        return (new(Clean(source ?? ""), text.Length == 0 ? [] : [.. lines.Select(l => Kept(new(l, level, null, isError, null), ref cut))], cut), "", "");
    }

    private static string? Line(JsonElement item, out SentLine line, out string wrong)
    {
        (line, wrong) = (new("", null, null, false, null), "");
        if (item.ValueKind == JsonValueKind.String)
        {
            line = line with { Text = item.GetString()! };
            return null;
        }
        wrong = "A line is a text or an object with a \"text\".";
        if (item.ValueKind != JsonValueKind.Object || Text(item, "text") is not { } text)
            return item.ValueKind == JsonValueKind.Object ? ".text" : "";
        var level = Text(item, "level");
        if (level is { Length: > 0 } && ConsoleLevel.Read(level) is null)
            return Wrong(".level", "One of trace, debug, info, warn, error, fatal, or a number as Python's logging has them.", out wrong);
        DateTimeOffset? at = null;
        if (item.TryGetProperty("at", out var time) && time.ValueKind != JsonValueKind.Null
            && (at = time.ValueKind == JsonValueKind.Number ? ConsoleTime.Of(time.GetDouble()) : time.ValueKind == JsonValueKind.String ? ConsoleTime.Read(time.GetString()) : null) is null)
            return Wrong(".at", "Milliseconds of the Unix epoch, or ISO 8601.", out wrong);
        long? seq = null;
        if (item.TryGetProperty("seq", out var number) && number.ValueKind != JsonValueKind.Null)
        {
            if (number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out var value))
                return Wrong(".seq", "A whole number.", out wrong);
            seq = value;
        }
        var stream = Text(item, "stream");
        if (stream is not (null or "stdout" or "stderr"))
            return Wrong(".stream", "stdout or stderr.", out wrong);
        line = new(text, ConsoleLevel.Read(level), at, stream == "stderr", seq);
        return null;
    }

    private static string Wrong(string field, string why, out string wrong)
    {
        wrong = why;
        return field;
    }

    private static string? Text(JsonElement of, string name) => !of.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    private static SentLine Kept(SentLine line, ref int cut)
    {
        var text = Clean(line.Text.TrimEnd('\r', '\n'));
        if (text.Length * 3 <= ConsoleLine.MostBytes || Encoding.UTF8.GetByteCount(text) <= ConsoleLine.MostBytes)
            return line with { Text = text };
        cut++;
        // Backwards from a length that is certainly too great; no character is more than four bytes.
        var length = Math.Min(text.Length, ConsoleLine.MostBytes);
        while (Encoding.UTF8.GetByteCount(text.AsSpan(0, length)) > ConsoleLine.MostBytes - 3)
            length -= Math.Max(1, (Encoding.UTF8.GetByteCount(text.AsSpan(0, length)) - ConsoleLine.MostBytes) / 4);
        return line with { Text = Wording.Cut(text, length) + "…" };
    }

    // What PostgreSQL cannot hold.
    private static string Clean(string text) => Wording.Whole(text).Replace('\0', '\uFFFD');
}
