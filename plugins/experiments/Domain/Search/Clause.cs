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

    /// <summary>A list of quoted texts, never empty.</summary>
    public sealed record Texts(IReadOnlyList<string> Values) : FilterValue
    {
        /// <inheritdoc/>
        public bool Equals(Texts? other) => other is not null && Values.SequenceEqual(other.Values);

        /// <inheritdoc/>
        public override int GetHashCode() => Values.Count == 0 ? 0 : HashCode.Combine(Values.Count, Values[0]);
    }
}

/// <summary>One comparison of a filter. A filter is all of its clauses together.</summary>
/// <param name="Entity">What it looks at.</param>
/// <param name="Key">The key without quotes; for attributes and datasets the one canonical name.</param>
/// <param name="Operator">How it compares.</param>
/// <param name="Value">With what; null for IS NULL and IS NOT NULL alone.</param>
public sealed record Clause(Entity Entity, string Key, Operator Operator, FilterValue? Value)
{
    /// <summary>The clause as the grammar reads it back.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Words.Of(Entity)).Append('.');
        Quote(text, Key, '`');
        text.Append(' ').Append(Words.Of(Operator));
        switch (Value)
        {
            case FilterValue.Number number:
                text.Append(' ').Append(number.Value.ToString("R", CultureInfo.InvariantCulture));
                break;
            case FilterValue.Text one:
                Quote(text.Append(' '), one.Value, '\'');
                break;
            case FilterValue.Texts several:
                var before = " (";
                foreach (var value in several.Values)
                {
                    Quote(text.Append(before), value, '\'');
                    before = ", ";
                }
                text.Append(')');
                break;
        }
        return text.ToString();
    }

    private static void Quote(StringBuilder into, string text, char quote) =>
        into.Append(quote).Append(text.Replace(quote.ToString(), new string(quote, 2), StringComparison.Ordinal)).Append(quote);
}
