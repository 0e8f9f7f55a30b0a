namespace Crucible.Experiments.Domain;

/// <summary>Which values of a metric are the good ones.</summary>
public enum MetricGoal
{
    /// <summary>Great ones: scores.</summary>
    Max,

    /// <summary>Small ones: losses, errors, times.</summary>
    Min,
}

/// <summary>The goals of an experiment's metrics: what people said, else what the name suggests.</summary>
/// <param name="Said">By key.</param>
public sealed record MetricGoals(IReadOnlyDictionary<string, MetricGoal> Said)
{
    private static readonly string[] Small = ["loss", "error", "perplexity", "latency", "rmse", "mse", "mae", "wer", "cer", "nll", "bpb", "duration", "time"];

    /// <summary>Nobody has said anything.</summary>
    public static MetricGoals Guessed { get; } = new(new Dictionary<string, MetricGoal>());

    /// <summary>The goal of a metric.</summary>
    public MetricGoal Of(string key) => Said.TryGetValue(key, out var said) ? said : Guess(key);

    /// <summary>Whether small values of a metric are the good ones.</summary>
    public bool SmallIsGood(string key) => Of(key) == MetricGoal.Min;

    /// <summary>What the name suggests. Short names count only as words of their own: <c>mae</c>, but not <c>maester</c>.</summary>
    public static MetricGoal Guess(string key)
    {
        var low = key.ToLowerInvariant();
        return Small.Any(s => s.Length > 4 || s == "loss" || s == "rmse" ? low.Contains(s, StringComparison.Ordinal) : low.Split('/', '.', '_', '-', ' ', ':').Contains(s))
            ? MetricGoal.Min : MetricGoal.Max;
    }
}
