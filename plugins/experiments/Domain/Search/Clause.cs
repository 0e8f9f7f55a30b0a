using System.Globalization;
using System.Text;

namespace Crucible.Experiments.Domain.Search;

/// <summary>What a clause looks at.</summary>
public enum Entity
{
    /// <summary>The latest value of a metric.</summary>
    Metric,

    /// <summary>A parameter.</summary>
    Param,

    /// <summary>A tag.</summary>
    Tag,

    /// <summary>A column of the run, experiment or model itself.</summary>
    Attribute,

    /// <summary>A dataset that was an input of the run.</summary>
    Dataset,
}

/// <summary>How a clause compares.</summary>
public enum Operator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c>; rows that lack the key do not match.</summary>
    NotEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>LIKE</c> with <c>%</c> and <c>_</c>, case-sensitive.</summary>
    Like,

    /// <summary><c>ILIKE</c>: LIKE without regard to case.</summary>
    ILike,

    /// <summary><c>RLIKE</c>: a regular expression that matches anywhere.</summary>
    RLike,

    /// <summary><c>IN ('a', 'b')</c></summary>
    In,

    /// <summary><c>NOT IN ('a', 'b')</c></summary>
    NotIn,

    /// <summary><c>IS NULL</c>: the key is absent.</summary>
    IsNull,

    /// <summary><c>IS NOT NULL</c>: the key is there.</summary>
    IsNotNull,
}

/// <summary>Which of a metric's values a clause, an order or a column looks at.</summary>
public enum Aggregate
{
    /// <summary>The point with the greatest (step, time, value), as MLflow's "latest"; may be NaN.</summary>
    Last,

    /// <summary>The least finite value.</summary>
    Min,

    /// <summary>The greatest finite value.</summary>
    Max,

    /// <summary>The mean of the values up to ±1e290; stored infinities and NaN are no part of it.</summary>
    Mean,
}

/// <summary>The right-hand side of a clause.</summary>
public abstract record FilterValue
{
    private FilterValue()
    {
    }

    /// <summary>A number; never NaN, never infinite.</summary>
    public sealed record Number(double Value) : FilterValue;

    /// <summary>A quoted text.</summary>
    public sealed record Text(string Value) : FilterValue;

    /// <summary>So long before the search is made.</summary>
    public sealed record Ago(TimeSpan Length) : FilterValue;

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public sealed record Flag(bool Value) : FilterValue;

    /// <summary>A list of numbers, never empty.</summary>
    public sealed record Numbers(IReadOnlyList<double> Values) : FilterValue
    {
        /// <inheritdoc/>
        public bool Equals(Numbers? other) => other is not null && Values.SequenceEqual(other.Values);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Count == 0 ? 0 : HashCode.Combine(Values.Count, Values[0]);
    }

    /// <summary>A list of quoted texts, never empty.</summary>
    public sealed record Texts(IReadOnlyList<string> Values) : FilterValue
    {
        /// <inheritdoc/>
        public bool Equals(Texts? other) => other is not null && Values.SequenceEqual(other.Values);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Count == 0 ? 0 : HashCode.Combine(Values.Count, Values[0]);
    }
}

/// <summary>One comparison of a filter.</summary>
/// <param name="Entity">What it looks at.</param>
/// <param name="Key">The key without quotes; for attributes and datasets the one canonical name.</param>
/// <param name="Operator">How it compares.</param>
/// <param name="Value">With what; null for IS NULL and IS NOT NULL alone.</param>
public sealed record Clause(Entity Entity, string Key, Operator Operator, FilterValue? Value)
{
    /// <summary>Which value of a metric; of anything else there is one.</summary>
    public Aggregate Aggregate { get; init; }

    /// <summary>The clause as the grammar reads it back.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Words.Of(Entity, Key, Aggregate)).Append(' ').Append(Words.Of(Operator));
        switch (Value)
        {
            case FilterValue.Number number:
                text.Append(' ').Append(Written(number.Value));
                break;
            case FilterValue.Ago ago:
                text.Append(" -").Append(Domain.Search.Numbers.Write(ago.Length));
                break;
            case FilterValue.Flag flag:
                text.Append(flag.Value ? " true" : " false");
                break;
            case FilterValue.Text one:
                text.Append(' ').Append(Words.Quote(one.Value, '\''));
                break;
            case FilterValue.Numbers several:
                text.Append(" (").AppendJoin(", ", several.Values.Select(Written)).Append(')');
                break;
            case FilterValue.Texts several:
                text.Append(" (").AppendJoin(", ", several.Values.Select(v => Words.Quote(v, '\''))).Append(')');
                break;
        }
        return text.ToString();
    }

    private static string Written(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
