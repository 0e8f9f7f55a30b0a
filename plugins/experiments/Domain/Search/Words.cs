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

    public static string List(IEnumerable<Operator> operators) => string.Join(", ", operators.Select(Of));
}
