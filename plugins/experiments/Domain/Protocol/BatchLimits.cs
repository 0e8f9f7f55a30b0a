namespace Crucible.Experiments.Domain.Protocol;

/// <summary>What one log-batch may hold.</summary>
public static class BatchLimits
{
    /// <summary>Refuses a batch that is too large, naming what and how many.</summary>
    public static ProtocolError? Check(int metrics, int parameters, int tags) =>
        Check("metrics", LogBatch.MaxMetrics, metrics)
        ?? Check("params", LogBatch.MaxParams, parameters)
        ?? Check("tags", LogBatch.MaxTags, tags)
        ?? Check("metrics, params, and tags", LogBatch.MaxTotal, metrics + parameters + tags);

    /// <summary>Refuses a batch that gives a param twice, whatever the values.</summary>
    public static ProtocolError? CheckParamsUnique(IReadOnlyCollection<Entry> entries)
    {
        var seen = new HashSet<string>();
        var twice = entries.Where(e => !seen.Add(e.Key)).Select(e => $"'{e.Key}'").ToArray();
        return twice.Length == 0 ? null : ProtocolError.Invalid(
            $"Duplicate parameter keys have been submitted: [{string.Join(", ", twice)}]. Please ensure the request contains only one param value per param key.");
    }

    /// <summary>Refuses a metric without key, value or timestamp, with a bad key or a negative timestamp.</summary>
    /// <param name="key">The metric's key.</param>
    /// <param name="value">Its value.</param>
    /// <param name="timestamp">Milliseconds since 1970.</param>
    /// <param name="index">Its place in the batch; -1 for a single metric.</param>
    /// <param name="before">Metrics already accepted: a key just accepted is not checked again.</param>
    public static ProtocolError? CheckMetric(string? key, double? value, long? timestamp, int index, List<MetricPoint>? before = null)
    {
        if (string.IsNullOrEmpty(key) || value is null || timestamp is null)
            return ProtocolError.Missing(Path(string.IsNullOrEmpty(key) ? "key" : value is null ? "value" : "timestamp"));
        if (timestamp < 0)
            return ProtocolError.Wrong(Path("timestamp"), $"{timestamp}", "Timestamp must be a nonnegative long (64-bit integer).");
        // Interned keys: the same instance stands in one of the last few metrics nearly always.
        for (var at = (before?.Count ?? 0) - 1; at >= 0 && at >= before!.Count - 16; at--)
            if (ReferenceEquals(before[at].Key, key))
                return null;
        return Limits.CheckKey(key, Path("key"));

        string Path(string field) => index < 0 ? field : $"metrics[{index}].{field}";
    }

    private static ProtocolError? Check(string what, int most, int got) => got <= most ? null : ProtocolError.Invalid(
        $"A batch logging request can contain at most {most} {what}. Got {got} {what}. Please split up {what} across multiple requests and try again.");
}
