using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Crucible.Experiments.Domain.Protocol;

/// <summary>A key and its value: a param or a tag.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value as it is kept.</param>
public readonly record struct Entry(string Key, string Value);

/// <summary>What a logged model's metric says beside the point: the model and the dataset it was measured on.</summary>
/// <param name="Index">Which of the batch's metrics.</param>
/// <param name="ModelId">The model.</param>
/// <param name="DatasetName">The dataset's name.</param>
/// <param name="DatasetDigest">The dataset's digest.</param>
public readonly record struct MeasuredOn(int Index, string? ModelId, string? DatasetName, string? DatasetDigest);

/// <summary>One runs/log-batch: read, checked and ready to be stored. Nothing of a refused batch is kept.</summary>
public sealed class LogBatch
{
    /// <summary>Metrics of one batch.</summary>
    public const int MaxMetrics = 1000;

    /// <summary>Params of one batch.</summary>
    public const int MaxParams = 100;

    /// <summary>Tags of one batch.</summary>
    public const int MaxTags = 100;

    /// <summary>All of them together.</summary>
    public const int MaxTotal = 1000;

    /// <summary>The run, as it was named; not checked further.</summary>
    public string RunId { get; internal set; } = "";

    /// <summary>The points, in the order sent; keys are one string instance each.</summary>
    public List<MetricPoint> Metrics { get; } = [];

    /// <summary>The params; no key twice.</summary>
    public List<Entry> Params { get; } = [];

    /// <summary>The tags; of a key sent twice the last one counts.</summary>
    public List<Entry> Tags { get; } = [];

    /// <summary>The metrics that belong to a logged model, if any.</summary>
    public List<MeasuredOn> Models { get; } = [];

    /// <summary>Reads and checks a body in one pass.</summary>
    public static bool TryRead(
        in ReadOnlySequence<byte> utf8, [NotNullWhen(true)] out LogBatch? batch, [NotNullWhen(false)] out ProtocolError? error) =>
        TryRead(utf8.IsSingleSegment ? utf8.First : utf8.ToArray(), out batch, out error);

    /// <inheritdoc cref="TryRead(in ReadOnlySequence{byte}, out LogBatch?, out ProtocolError?)"/>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out LogBatch? batch, [NotNullWhen(false)] out ProtocolError? error)
    {
        batch = null;
        utf8 = LenientJson.Clean(utf8);
        try
        {
            error = Read(utf8.Span, out var read);
            batch = error is null ? read : null;
        }
        catch (JsonException fault)
        {
            error = LenientJson.Unreadable(fault);
        }
        return error is null;
    }

    // One statement cannot write the same tag twice, so the earlier ones go.
    private void KeepLastTags()
    {
        var seen = new HashSet<string>();
        for (var at = Tags.Count - 1; at >= 0; at--)
            if (!seen.Add(Tags[at].Key))
                Tags.RemoveAt(at);
    }

    private static ProtocolError? Read(ReadOnlySpan<byte> json, out LogBatch batch)
    {
        batch = new();
        if (json.Trim(" \t\r\n"u8).IsEmpty)
            return ProtocolError.Missing("run_id");
        if (json.TrimStart(" \t\r\n"u8) is [(byte)'"', ..])
        {
            var text = new Utf8JsonReader(json, LenientJson.Options);
            text.Read();
            return Read(LenientJson.Clean(System.Text.Encoding.UTF8.GetBytes(text.GetString()!)).Span, out batch, quoted: false);
        }
        return Read(json, out batch, quoted: false);
    }

    private static ProtocolError? Read(ReadOnlySpan<byte> json, out LogBatch batch, bool quoted)
    {
        batch = new();
        while (true)
        {
            try
            {
                var reader = new LogBatchReader(json, batch);
                var error = reader.Read();
                batch.KeepLastTags();
                return error;
            }
            catch (JsonException) when (!quoted && LenientJson.QuoteNonFinite(json) is { } rewritten)
            {
                // Bare NaN is rare; only then is the body read again.
                batch = new();
                json = rewritten;
                quoted = true;
            }
        }
    }
}
