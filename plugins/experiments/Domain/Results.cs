namespace Crucible.Experiments.Domain;

/// <summary>Mean and spread of finite numbers.</summary>
/// <param name="Count">How many, at least one.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their sample standard deviation (n − 1), by Welford's method; null for one.</param>
public readonly record struct ResultSpread(int Count, double Mean, double? Deviation)
{
    /// <summary>Of those of the values that are finite; null when none is.</summary>
    public static ResultSpread? Of(IEnumerable<double?> values)
    {
        var (count, mean, squares) = (0, 0d, 0d);
        foreach (var value in values)
        {
            if (value is not { } one || !double.IsFinite(one))
                continue;
            var from = one - mean;
            mean += from / ++count;
            squares += from * (one - mean);
        }
        return count == 0 ? null : new(count, mean, count == 1 ? null : Math.Sqrt(squares / (count - 1)));
    }
}

/// <summary>A run among the results.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">Its stored status.</param>
/// <param name="Group">Its value of the parameter that is grouped by; null when it has none.</param>
/// <param name="Values">Last values of the metrics, in their order; null where it has none.</param>
public sealed record ResultRow(Guid RunId, string Name, string Status, string? Group, IReadOnlyList<double?> Values);

/// <summary>Runs that share a value of a parameter.</summary>
/// <param name="Value">The value; null for runs without the parameter.</param>
/// <param name="Runs">How many runs.</param>
/// <param name="Spreads">Mean and spread of each metric, in their order.</param>
public sealed record ResultGroup(string? Value, int Runs, IReadOnlyList<ResultSpread?> Spreads);

/// <summary>A metric of the results.</summary>
/// <param name="Key">The metric.</param>
/// <param name="SmallIsGood">Whether small values are the good ones.</param>
public readonly record struct ResultMetric(string Key, bool SmallIsGood);

/// <summary>What an experiment came to: runs by metrics.</summary>
/// <param name="Metrics">The columns.</param>
/// <param name="Rows">The runs, in any order.</param>
/// <param name="GroupedBy">The parameter; null when nothing is grouped.</param>
public sealed record Results(IReadOnlyList<ResultMetric> Metrics, IReadOnlyList<ResultRow> Rows, string? GroupedBy)
{
    /// <summary>The runs with the best of one metric first; those without a number of it last.</summary>
    public IReadOnlyList<ResultRow> By(int metric) => metric < 0 || metric >= Metrics.Count ? Rows : Metrics[metric].SmallIsGood
        ? [.. Rows.OrderBy(r => Number(r.Values[metric]) ?? double.PositiveInfinity).ThenBy(r => r.Values[metric] is null)]
        : [.. Rows.OrderByDescending(r => Number(r.Values[metric]) ?? double.NegativeInfinity).ThenBy(r => r.Values[metric] is null)];

    /// <summary>The best value of a metric; null when no run has a number.</summary>
    public double? Best(int metric) => Best(Rows.Select(r => Number(r.Values[metric])), metric);

    /// <summary>The best mean of a metric over the groups.</summary>
    public double? BestMean(int metric, IEnumerable<ResultGroup> groups) => Best(groups.Select(g => g.Spreads[metric]?.Mean), metric);

    /// <summary>The runs by the parameter, the best mean of the first metric first.</summary>
    public IReadOnlyList<ResultGroup> Groups()
    {
        if (GroupedBy is null)
            return [];
        var groups = Rows.GroupBy(r => r.Group).Select(g => new ResultGroup(g.Key, g.Count(), [.. Metrics.Select((_, i) => ResultSpread.Of(g.Select(r => r.Values[i])))]));
        return Metrics is [{ SmallIsGood: true }, ..] ? [.. groups.OrderBy(g => g.Spreads[0]?.Mean ?? double.PositiveInfinity).ThenBy(g => g.Value, StringComparer.Ordinal)]
            : [.. groups.OrderByDescending(g => g.Spreads is [{ } first, ..] ? first.Mean : double.NegativeInfinity).ThenBy(g => g.Value, StringComparer.Ordinal)];
    }

    private double? Best(IEnumerable<double?> values, int metric) => Metrics[metric].SmallIsGood ? values.Min() : values.Max();

    private static double? Number(double? value) => value is { } one && !double.IsNaN(one) ? one : null;
}
