using System.Collections.Frozen;

namespace Crucible.Experiments.Domain.Search;

/// <summary>What stands at the right of a comparison.</summary>
internal enum ValueKind
{
    /// <summary>A quoted text.</summary>
    Text,

    /// <summary>A number without quotes.</summary>
    Number,

    /// <summary>Milliseconds, <c>-7d</c> or <c>'2026-11-01'</c>.</summary>
    Time,

    /// <summary>Seconds or <c>2h</c>.</summary>
    Length,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag,

    /// <summary>A quoted text, or a number without quotes.</summary>
    Either,
}

/// <summary>Something that can be compared: its canonical name, with what and how.</summary>
internal sealed record Subject(string Name, ValueKind Kind, IReadOnlyList<Operator> Operators);

/// <summary>Which entities and attributes a kind of search knows, and what each may be compared with.</summary>
internal sealed class Vocabulary
{
    private static readonly Operator[] Numbers =
        [Operator.Equal, Operator.NotEqual, Operator.Greater, Operator.GreaterOrEqual, Operator.Less, Operator.LessOrEqual];

    private static readonly Operator[] Lists = [Operator.In, Operator.NotIn];
    private static readonly Operator[] Nulls = [Operator.IsNull, Operator.IsNotNull];
    private static readonly Operator[] Texts = [Operator.Equal, Operator.NotEqual, Operator.Like, Operator.ILike];
    private static readonly Operator[] Listed = [.. Texts, .. Lists];
    private static readonly Operator[] Keyed = [.. Texts, .. Nulls];
    private static readonly Operator[] AnyText = [.. Texts, .. Lists, .. Nulls];
    private static readonly Operator[] AnyNumber = [.. Numbers, .. Lists, .. Nulls];
    private static readonly Operator[] AnyTime = [.. Numbers, .. Nulls];
    private static readonly Operator[] Either = [.. Numbers, Operator.Like, Operator.ILike, .. Lists, .. Nulls];
    private static readonly string[] DatasetKeys = ["name", "digest", "context"];

    private readonly FrozenDictionary<string, Subject> _filterable;
    private readonly FrozenDictionary<string, string> _orderable;
    private readonly Entity[] _filterEntities;
    private readonly Entity[] _orderEntities;

    private Vocabulary(
        bool whole, Entity[] filterEntities, Entity[] orderEntities,
        (string Names, ValueKind Kind, Operator[] Operators)[] filterable, string[] orderable)
    {
        Whole = whole;
        _filterEntities = filterEntities;
        _orderEntities = orderEntities;
        // The first name of each line is the canonical one, the others are aliases.
        _filterable = filterable
            .SelectMany(f => f.Names.Split('|').Select(alias => (Alias: alias, Subject: new Subject(f.Names.Split('|')[0], f.Kind, f.Operators))))
            .ToFrozenDictionary(f => f.Alias, f => f.Subject, StringComparer.OrdinalIgnoreCase);
        _orderable = orderable
            .SelectMany(names => names.Split('|').Select(alias => (Alias: alias, Name: names.Split('|')[0])))
            .ToFrozenDictionary(o => o.Alias, o => o.Name, StringComparer.OrdinalIgnoreCase);
        Attributes = [.. filterable.Select(f => _filterable[f.Names.Split('|')[0]])];
    }

    public static Vocabulary Runs { get; } = new(
        whole: true,
        Enum.GetValues<Entity>(),
        [Entity.Metric, Entity.Param, Entity.Tag, Entity.Attribute],
        [
            ("run_name|run name", ValueKind.Text, [.. AnyText, Operator.RLike]), ("status", ValueKind.Text, AnyText), ("start_time|created", ValueKind.Time, AnyTime),
            ("end_time", ValueKind.Time, AnyTime), ("duration", ValueKind.Length, AnyTime), ("user_id", ValueKind.Text, AnyText), ("run_id", ValueKind.Text, AnyText),
            ("parent_run_id", ValueKind.Text, AnyText), ("archived", ValueKind.Flag, [Operator.Equal, Operator.NotEqual]), ("lost", ValueKind.Flag, [Operator.Equal, Operator.NotEqual]),
            ("artifact_uri", ValueKind.Text, AnyText),
        ],
        ["run_id", "run_name|run name", "status", "artifact_uri", "user_id", "start_time|created", "end_time", "duration"]);

    public static Vocabulary Experiments { get; } = new(
        whole: false,
        [Entity.Attribute, Entity.Tag],
        [Entity.Attribute],
        [("name", ValueKind.Text, Texts), ("creation_time", ValueKind.Number, Numbers), ("last_update_time", ValueKind.Number, Numbers)],
        ["name", "experiment_id", "creation_time", "last_update_time"]);

    public static Vocabulary Models { get; } = new(
        whole: false,
        [Entity.Attribute, Entity.Metric, Entity.Param, Entity.Tag],
        [Entity.Attribute, Entity.Metric],
        [
            ("name", ValueKind.Text, Listed), ("model_id", ValueKind.Text, Listed), ("model_type", ValueKind.Text, Listed), ("status", ValueKind.Text, Listed),
            ("source_run_id", ValueKind.Text, Listed), ("creation_timestamp|creation_time|creation_timestamp_ms", ValueKind.Number, Numbers),
            ("last_updated_timestamp|last_updated_timestamp_ms", ValueKind.Number, Numbers),
        ],
        [
            "name", "model_id", "model_type", "status", "source_run_id",
            "creation_timestamp|creation_time|creation_timestamp_ms", "last_updated_timestamp|last_updated_timestamp_ms",
        ]);

    public static Vocabulary RegisteredModels { get; } = new(
        whole: false,
        [Entity.Attribute, Entity.Tag],
        [Entity.Attribute],
        [("name", ValueKind.Text, Texts)],
        ["name", "creation_timestamp|creation_time", "last_updated_timestamp|last_updated_time"]);

    public static Vocabulary ModelVersions { get; } = new(
        whole: false,
        [Entity.Attribute, Entity.Tag],
        [Entity.Attribute],
        [
            ("name", ValueKind.Text, Texts), ("run_id", ValueKind.Text, Listed), ("source_path", ValueKind.Text, Texts), ("version_number|version", ValueKind.Number, Numbers),
            ("creation_timestamp|creation_time", ValueKind.Number, Numbers), ("last_updated_timestamp|last_updated_time", ValueKind.Number, Numbers),
        ],
        ["name", "version_number|version", "creation_timestamp|creation_time", "last_updated_timestamp|last_updated_time"]);

    /// <summary>Whether it takes all of the grammar; else MLflow's own alone, clauses that AND joins.</summary>
    public bool Whole { get; }

    /// <summary>Its attributes, in the order a reader looks for them.</summary>
    public IReadOnlyList<Subject> Attributes { get; }

    /// <summary>The keys of a dataset.</summary>
    public static IReadOnlyList<string> Datasets => DatasetKeys;

    /// <summary>What a clause looks at under its canonical name and what it may be compared with, or why it cannot be.</summary>
    public string? Filterable(Entity entity, string key, out Subject subject)
    {
        subject = entity switch
        {
            Entity.Metric => new(key, ValueKind.Number, Whole ? AnyNumber : Numbers),
            Entity.Dataset => new(key, ValueKind.Text, AnyText),
            _ => Whole ? new(key, ValueKind.Either, Either) : new(key, ValueKind.Text, Keyed),
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
        subject = known;
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

    private static string Names(Entity[] entities) => string.Join(", ", entities.Select(Words.Of));

    private static string Canonical(IEnumerable<string> names) => string.Join(", ", names.Distinct().Order(StringComparer.Ordinal));
}
