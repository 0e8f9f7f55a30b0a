namespace Crucible.Experiments.Domain.Search;

/// <summary>
/// A filter as a tree. Its logic has two values: a clause on what a run lacks is false, so NOT of it is true. Lists are flat:
/// no <see cref="All"/> stands directly in an <see cref="All"/>, no <see cref="Any"/> in an <see cref="Any"/>.
/// </summary>
public abstract record FilterNode
{
    private FilterNode()
    {
    }

    /// <summary>One comparison.</summary>
    public sealed record One(Clause Clause) : FilterNode;

    /// <summary>Not that: the runs that the part does not find.</summary>
    public sealed record Except(FilterNode Part) : FilterNode;

    /// <summary>Every part holds; at least two.</summary>
    public sealed record All(IReadOnlyList<FilterNode> Parts) : FilterNode
    {
        /// <inheritdoc/>
        public bool Equals(All? other) => other is not null && Parts.SequenceEqual(other.Parts);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(1, Parts.Count, Parts[0]);
    }

    /// <summary>Some part holds; at least two.</summary>
    public sealed record Any(IReadOnlyList<FilterNode> Parts) : FilterNode
    {
        /// <inheritdoc/>
        public bool Equals(Any? other) => other is not null && Parts.SequenceEqual(other.Parts);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(2, Parts.Count, Parts[0]);
    }

    /// <summary>All of these together; null when there is none.</summary>
    public static FilterNode? Every(IEnumerable<FilterNode> parts)
    {
        var flat = parts.SelectMany(p => p is All all ? all.Parts : [p]).ToArray();
        return flat.Length > 1 ? new All(flat) : flat.FirstOrDefault();
    }

    /// <summary>At least one of these; null when there is none.</summary>
    public static FilterNode? Either(IEnumerable<FilterNode> parts)
    {
        var flat = parts.SelectMany(p => p is Any any ? any.Parts : [p]).ToArray();
        return flat.Length > 1 ? new Any(flat) : flat.FirstOrDefault();
    }

    /// <summary>The comparisons in it, in the order they were written.</summary>
    public IEnumerable<Clause> Clauses => this switch
    {
        One one => [one.Clause],
        Except except => except.Part.Clauses,
        All all => all.Parts.SelectMany(p => p.Clauses),
        Any any => any.Parts.SelectMany(p => p.Clauses),
        _ => [],
    };

    /// <summary>The tree as the grammar reads it back, with as few parentheses as it needs.</summary>
    public sealed override string ToString() => this switch
    {
        One one => one.Clause.ToString(),
        Except { Part: All or Any } except => $"NOT ({except.Part})",
        Except except => $"NOT {except.Part}",
        All all => string.Join(" AND ", all.Parts.Select(p => p is Any ? $"({p})" : p.ToString())),
        Any any => string.Join(" OR ", any.Parts),
        _ => "",
    };
}
