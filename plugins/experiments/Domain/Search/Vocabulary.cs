using System.Collections.Frozen;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Which entities and attributes a kind of search knows, and what each may be compared with.</summary>
internal sealed class Vocabulary
{
    private static readonly Operator[] Numbers =
        [Operator.Equal, Operator.NotEqual, Operator.Greater, Operator.GreaterOrEqual, Operator.Less, Operator.LessOrEqual];

    private static readonly Operator[] Texts = [Operator.Equal, Operator.NotEqual, Operator.Like, Operator.ILike];
    private static readonly Operator[] Listed = [.. Texts, Operator.In, Operator.NotIn];
    private static readonly Operator[] Keyed = [.. Texts, Operator.IsNull, Operator.IsNotNull];
    private static readonly Operator[] Matched = [.. Texts, Operator.RLike];
    private static readonly FrozenSet<string> DatasetKeys = new[] { "name", "digest", "context" }.ToFrozenSet();

    private readonly FrozenDictionary<string, (string Name, Operator[] Operators)> _filterable;
    private readonly FrozenDictionary<string, string> _orderable;
    private readonly Entity[] _filterEntities;
    private readonly Entity[] _orderEntities;

    private Vocabulary(
        Entity[] filterEntities, Entity[] orderEntities,
        (string Names, Operator[] Operators)[] filterable, string[] orderable)
    {
        _filterEntities = filterEntities;
        _orderEntities = orderEntities;
        // The first name of each line is the canonical one, the others are aliases.
        _filterable = filterable
            .SelectMany(f => f.Names.Split('|').Select(alias => (Alias: alias, Name: f.Names.Split('|')[0], f.Operators)))
            .ToFrozenDictionary(f => f.Alias, f => (f.Name, f.Operators), StringComparer.OrdinalIgnoreCase);
        _orderable = orderable
            .SelectMany(names => names.Split('|').Select(alias => (Alias: alias, Name: names.Split('|')[0])))
            .ToFrozenDictionary(o => o.Alias, o => o.Name, StringComparer.OrdinalIgnoreCase);
    }

    public static Vocabulary Runs { get; } = new(
        Enum.GetValues<Entity>(),
        [Entity.Metric, Entity.Param, Entity.Tag, Entity.Attribute],
        [
            ("run_id", Listed), ("run_name|run name", Matched), ("status", Texts), ("artifact_uri", Texts),
            ("user_id", Texts), ("start_time|created", Numbers), ("end_time", Numbers),
        ],
        ["run_id", "run_name|run name", "status", "artifact_uri", "user_id", "start_time|created", "end_time"]);

    public static Vocabulary Experiments { get; } = new(
        [Entity.Attribute, Entity.Tag],
        [Entity.Attribute],
        [("name", Texts), ("creation_time", Numbers), ("last_update_time", Numbers)],
        ["name", "experiment_id", "creation_time", "last_update_time"]);

    public static Vocabulary Models { get; } = new(
        [Entity.Attribute, Entity.Metric, Entity.Param, Entity.Tag],
        [Entity.Attribute, Entity.Metric],
        [
            ("name", Listed), ("model_id", Listed), ("model_type", Listed), ("status", Listed), ("source_run_id", Listed),
            ("creation_timestamp|creation_time|creation_timestamp_ms", Numbers),
            ("last_updated_timestamp|last_updated_timestamp_ms", Numbers),
        ],
        [
            "name", "model_id", "model_type", "status", "source_run_id",
            "creation_timestamp|creation_time|creation_timestamp_ms", "last_updated_timestamp|last_updated_timestamp_ms",
        ]);

    public static Vocabulary RegisteredModels { get; } = new(
        [Entity.Attribute, Entity.Tag],
        [Entity.Attribute],
        [("name", Texts)],
        ["name", "creation_timestamp|creation_time", "last_updated_timestamp|last_updated_time"]);

    public static Vocabulary ModelVersions { get; } = new(
        [Entity.Attribute, Entity.Tag],
        [Entity.Attribute],
        [
            ("name", Texts), ("run_id", Listed), ("source_path", Texts), ("version_number|version", Numbers),
            ("creation_timestamp|creation_time", Numbers), ("last_updated_timestamp|last_updated_time", Numbers),
        ],
        ["name", "version_number|version", "creation_timestamp|creation_time", "last_updated_timestamp|last_updated_time"]);

    /// <summary>The canonical key of what a clause looks at and what it may be compared with, or why it cannot be.</summary>
    public string? Filterable(Entity entity, ref string key, out Operator[] operators)
    {
        operators = entity switch
        {
            Entity.Metric => Numbers,
            Entity.Dataset => Listed,
            _ => Keyed,
        };
        if (!_filterEntities.Contains(entity))
            return $"'{Words.Of(entity)}' cannot be searched here; use one of {Names(_filterEntities)}";
        if (entity == Entity.Dataset)
            return DatasetKeys.Contains(key)
                ? null
                : $"Invalid dataset key '{Wording.Cut(key, 100)}' specified; use datasets.name, datasets.digest or datasets.context";
        if (entity != Entity.Attribute)
            return null;
        if (!_filterable.TryGetValue(key, out var known))
            return $"Invalid attribute key '{Wording.Cut(key, 100)}' specified. Valid keys are {Canonical(_filterable.Values.Select(v => v.Name))}; "
                + "for other things write metrics.<key>, params.<key> or tags.<key>";
        (key, operators) = known;
        return null;
    }

    /// <summary>The canonical key of what an order sorts by, or why it cannot.</summary>
    public string? Orderable(Entity entity, ref string key)
    {
        if (!_orderEntities.Contains(entity))
            return $"Invalid order_by entity '{Words.Of(entity)}'; use one of {Names(_orderEntities)}";
        if (entity != Entity.Attribute)
            return null;
        if (!_orderable.TryGetValue(key, out var name))
            return $"Invalid attribute key '{Wording.Cut(key, 100)}' specified in order_by. Valid keys are {Canonical(_orderable.Values)}";
        key = name;
        return null;
    }

    public static bool TakesNumbers(Operator[] operators) => ReferenceEquals(operators, Numbers);

    private static string Names(Entity[] entities) => string.Join(", ", entities.Select(Words.Of));

    private static string Canonical(IEnumerable<string> names) => string.Join(", ", names.Distinct().Order(StringComparer.Ordinal));
}
