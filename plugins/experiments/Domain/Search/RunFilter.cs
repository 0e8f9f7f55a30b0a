using System.Diagnostics.CodeAnalysis;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Which runs to find.</summary>
/// <param name="Root">What must hold of a run; null finds every one.</param>
public sealed record RunFilter(FilterNode? Root)
{
    /// <summary>The filter that every run passes.</summary>
    public static RunFilter All { get; } = new((FilterNode?)null);

    /// <summary>The filter whose every clause must hold.</summary>
    public static RunFilter Of(params IEnumerable<Clause> clauses) => new(FilterNode.Every(clauses.Select(c => new FilterNode.One(c))));

    /// <summary>
    /// Reads a filter, for instance <c>metrics.acc &gt; 0.9 AND (tags.team = 'a' OR NOT start_time &gt; -7d)</c>: MLflow's grammar with OR,
    /// NOT, parentheses, BETWEEN, relative times, numbers for params and tags, and <c>min(metrics.loss)</c>.
    /// </summary>
    /// <param name="text">At most <see cref="SearchLimits.MaxText"/> characters; null or blank finds everything.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="error">What is wrong, and where.</param>
    public static bool TryParse(string? text, out RunFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = new(FilterParser.Parse(text, Vocabulary.Runs, out error));
        return error is null;
    }

    /// <summary>The comparisons in it, in the order they were written.</summary>
    public IReadOnlyList<Clause> Clauses => [.. Root?.Clauses ?? []];

    /// <summary>This filter and one more clause.</summary>
    public RunFilter And(Clause clause) => And(Of(clause));

    /// <summary>This filter and another.</summary>
    public RunFilter And(RunFilter other) => new(FilterNode.Every(new[] { Root, other.Root }.OfType<FilterNode>()));

    /// <summary>The filter as the grammar reads it back.</summary>
    public override string ToString() => Root?.ToString() ?? "";
}

/// <summary>Which experiments to find: every clause must hold.</summary>
/// <param name="Clauses">Attributes (name, creation_time, last_update_time) and tags.</param>
public sealed record ExperimentFilter(IReadOnlyList<Clause> Clauses)
{
    /// <summary>The filter that every experiment passes.</summary>
    public static ExperimentFilter All { get; } = new([]);

    /// <summary>Reads MLflow's own grammar: clauses that AND joins.</summary>
    /// <param name="text">At most <see cref="SearchLimits.MaxText"/> characters; null or blank finds everything.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="error">What is wrong, and where.</param>
    public static bool TryParse(string? text, out ExperimentFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = new([.. FilterParser.Parse(text, Vocabulary.Experiments, out error)?.Clauses ?? []]);
        return error is null;
    }

    /// <inheritdoc cref="RunFilter.ToString"/>
    public override string ToString() => string.Join(" AND ", Clauses);
}

/// <summary>Which logged models to find: every clause must hold.</summary>
/// <param name="Clauses">Attributes (name, model_id, status …), metrics, params and tags.</param>
public sealed record ModelFilter(IReadOnlyList<Clause> Clauses)
{
    /// <summary>The filter that every model passes.</summary>
    public static ModelFilter All { get; } = new([]);

    /// <inheritdoc cref="ExperimentFilter.TryParse"/>
    public static bool TryParse(string? text, out ModelFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = new([.. FilterParser.Parse(text, Vocabulary.Models, out error)?.Clauses ?? []]);
        return error is null;
    }

    /// <inheritdoc cref="RunFilter.ToString"/>
    public override string ToString() => string.Join(" AND ", Clauses);
}
