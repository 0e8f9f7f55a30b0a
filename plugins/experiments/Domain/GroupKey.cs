using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain;

/// <summary>What runs are grouped by: a param, a tag, the attributes user_id, status and parent_run_id, or name, digest and context of their datasets.</summary>
/// <param name="Entity">What kind of thing.</param>
/// <param name="Key">Its key.</param>
public sealed record GroupKey(Entity Entity, string Key)
{
    /// <summary>The attributes that runs can be grouped by.</summary>
    public static IReadOnlyList<string> Attributes { get; } = ["user_id", "status", "parent_run_id"];

    /// <summary>Reads <c>params.lr</c>, <c>tags.team</c>, <c>attributes.status</c> or <c>datasets.name</c>; null for anything else.</summary>
    public static GroupKey? Read(string? text)
    {
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        var key = dot < 0 ? "" : text![(dot + 1)..];
        return key.Length is 0 or > SearchLimits.MaxKey || Wording.HasNul(key) ? null : text![..dot] switch
        {
            "params" => new(Entity.Param, key),
            "tags" => new(Entity.Tag, key),
            "attributes" when Attributes.Contains(key) => new(Entity.Attribute, key),
            "datasets" when Vocabulary.Datasets.Contains(key) => new(Entity.Dataset, key),
            _ => null,
        };
    }

    /// <summary>That form.</summary>
    public override string ToString() => $"{Words.Of(Entity)}.{Key}";

    /// <summary>The clause that finds the runs of one group.</summary>
    /// <param name="value">The group's value; null for the runs that lack the key.</param>
    public Clause Of(string? value) => value is null ? new(Entity, Key, Operator.IsNull, null) : new(Entity, Key, Operator.Equal, new FilterValue.Text(value));
}

/// <summary>A metric of which groups show how it is spread.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Of">Which value of each run.</param>
public readonly record struct GroupMetric(string Key, Aggregate Of = Aggregate.Last);

/// <summary>How groups are sorted. The group of the runs that lack the key comes last when sorted by value.</summary>
/// <param name="By">By what.</param>
/// <param name="Descending">The greatest first.</param>
/// <param name="Metric">The metric whose mean is meant, where it is one.</param>
public sealed record GroupOrder(GroupOrder.Sorted By, bool Descending, GroupMetric Metric = default)
{
    /// <summary>What groups can be sorted by.</summary>
    public enum Sorted
    {
        /// <summary>Their value: numbers by size, then texts.</summary>
        Value,

        /// <summary>How many runs they have.</summary>
        Runs,

        /// <summary>The mean of a metric; groups without it last.</summary>
        Mean,
    }

    /// <summary>The largest group first.</summary>
    public static GroupOrder Largest { get; } = new(Sorted.Runs, true);
}
