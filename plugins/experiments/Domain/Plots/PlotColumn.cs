namespace Crucible.Experiments.Domain.Plots;

/// <summary>Which value of a metric stands for a run.</summary>
public enum PlotValue
{
    /// <summary>The last.</summary>
    Last,

    /// <summary>The least.</summary>
    Min,

    /// <summary>The greatest.</summary>
    Max,
}

/// <summary>What a plot takes from each run: a value of a metric, or a parameter.</summary>
/// <param name="IsMetric">A metric, not a parameter.</param>
/// <param name="Key">Its key.</param>
/// <param name="Value">Which value of a metric.</param>
public sealed record PlotColumn(bool IsMetric, string Key, PlotValue Value = PlotValue.Last)
{
    /// <summary>Reads <c>metrics.loss</c>, <c>min(metrics.loss)</c>, <c>max(metrics.loss)</c>, <c>params.lr</c>; a bare key is a metric. Null for nothing.</summary>
    public static PlotColumn? Read(string? text)
    {
        text = text?.Trim() ?? "";
        foreach (var (word, value) in (ReadOnlySpan<(string, PlotValue)>)[("min", PlotValue.Min), ("max", PlotValue.Max), ("last", PlotValue.Last)])
            if (text.StartsWith(word + "(", StringComparison.Ordinal) && text.EndsWith(')'))
                return Read(text[(word.Length + 1)..^1]) is { IsMetric: true } inner ? inner with { Value = value } : null;
        return text.Length is 0 or > 300 ? null
            : text.StartsWith("params.", StringComparison.Ordinal) ? text.Length > 7 ? new(false, text[7..]) : null
            : text.StartsWith("metrics.", StringComparison.Ordinal) ? text.Length > 8 ? new(true, text[8..]) : null
            : new(true, text);
    }

    /// <summary>Reads several, divided by commas.</summary>
    public static IReadOnlyList<PlotColumn> ReadAll(string? text) => [.. (text ?? "").Split(',').Select(Read).OfType<PlotColumn>().Distinct()];

    /// <summary>For a title: the key, and which value of it where that is not the last.</summary>
    public string Title => Value == PlotValue.Last ? Key : $"{(Value == PlotValue.Min ? "min" : "max")} {Key}";

    /// <inheritdoc/>
    public override string ToString() => (IsMetric ? $"metrics.{Key}" : $"params.{Key}") is var name && Value == PlotValue.Last ? name : $"{(Value == PlotValue.Min ? "min" : "max")}({name})";
}
