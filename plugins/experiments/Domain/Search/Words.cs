using System.Collections.Frozen;

namespace Crucible.Experiments.Domain.Search;

/// <summary>The words of the grammar and what they stand for.</summary>
internal static class Words
{
    private static readonly FrozenDictionary<string, Entity> Entities = new Dictionary<string, Entity>
    {
        ["metrics"] = Entity.Metric,
        ["metric"] = Entity.Metric,
        ["params"] = Entity.Param,
        ["param"] = Entity.Param,
        ["parameters"] = Entity.Param,
        ["parameter"] = Entity.Param,
        ["tags"] = Entity.Tag,
        ["tag"] = Entity.Tag,
        ["attributes"] = Entity.Attribute,
        ["attribute"] = Entity.Attribute,
        ["attr"] = Entity.Attribute,
        ["run"] = Entity.Attribute,
        ["datasets"] = Entity.Dataset,
        ["dataset"] = Entity.Dataset,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static bool TryEntity(string word, out Entity entity) => Entities.TryGetValue(word, out entity);

    public static string Of(Entity entity) => entity switch
    {
        Entity.Metric => "metrics",
        Entity.Param => "params",
        Entity.Tag => "tags",
        Entity.Dataset => "datasets",
        _ => "attributes",
    };

    public static string Of(Operator op) => op switch
    {
        Operator.Equal => "=",
        Operator.NotEqual => "!=",
        Operator.Greater => ">",
        Operator.GreaterOrEqual => ">=",
        Operator.Less => "<",
        Operator.LessOrEqual => "<=",
        Operator.Like => "LIKE",
        Operator.ILike => "ILIKE",
        Operator.RLike => "RLIKE",
        Operator.In => "IN",
        Operator.NotIn => "NOT IN",
        Operator.IsNull => "IS NULL",
        _ => "IS NOT NULL",
    };

    public static string Of(Aggregate aggregate) => aggregate switch
    {
        Aggregate.Min => "min",
        Aggregate.Max => "max",
        Aggregate.Mean => "mean",
        _ => "last",
    };

    /// <summary>The function that is written so; null for another word.</summary>
    public static Aggregate? Function(string word) => word.ToLowerInvariant() switch
    {
        "last" => Aggregate.Last,
        "min" => Aggregate.Min,
        "max" => Aggregate.Max,
        "mean" => Aggregate.Mean,
        _ => null,
    };

    /// <summary>What a clause or an order looks at, as it is read back: <c>min(metrics.`val loss`)</c>.</summary>
    public static string Of(Entity entity, string key, Aggregate aggregate)
    {
        var plain = $"{Of(entity)}.{Quote(key, '`')}";
        return aggregate == Aggregate.Last ? plain : $"{Of(aggregate)}({plain})";
    }

    /// <summary>In quotes, with a quote inside written twice.</summary>
    public static string Quote(string text, char quote) => $"{quote}{text.Replace(quote.ToString(), new string(quote, 2), StringComparison.Ordinal)}{quote}";

    public static string List(IEnumerable<Operator> operators) => string.Join(", ", operators.Select(Of));
}
