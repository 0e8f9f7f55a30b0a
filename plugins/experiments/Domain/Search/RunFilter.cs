using System.Diagnostics.CodeAnalysis;

namespace Crucible.Experiments.Domain.Search;

/// <summary>Which runs to find: every clause must hold.</summary>
/// <param name="Clauses">The clauses, in the order they were written; none finds everything.</param>
public sealed record RunFilter(IReadOnlyList<Clause> Clauses)
{
    /// <summary>The filter that every run passes.</summary>
    public static RunFilter All { get; } = new([]);

    /// <summary>Reads a filter, for instance <c>metrics.acc &gt; 0.9 AND tags.mlflow.user = 'ann'</c>.</summary>
    /// <param name="text">At most <see cref="SearchLimits.MaxText"/> characters; null or blank finds everything.</param>
    /// <param name="filter">The filter.</param>
    /// <param name="error">What is wrong, and where.</param>
    public static bool TryParse(string? text, out RunFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = FilterParser.Parse(text, Vocabulary.Runs, out error) is { } clauses ? new(clauses) : All;
        return error is null;
    }

    /// <summary>The filter as the grammar reads it back.</summary>
    public override string ToString() => string.Join(" AND ", Clauses);
}

/// <summary>Which experiments to find: every clause must hold.</summary>
/// <param name="Clauses">Attributes (name, creation_time, last_update_time) and tags.</param>
public sealed record ExperimentFilter(IReadOnlyList<Clause> Clauses)
{
    /// <summary>The filter that every experiment passes.</summary>
    public static ExperimentFilter All { get; } = new([]);

    /// <inheritdoc cref="RunFilter.TryParse"/>
    public static bool TryParse(string? text, out ExperimentFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = FilterParser.Parse(text, Vocabulary.Experiments, out error) is { } clauses ? new(clauses) : All;
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

    /// <inheritdoc cref="RunFilter.TryParse"/>
    public static bool TryParse(string? text, out ModelFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        filter = FilterParser.Parse(text, Vocabulary.Models, out error) is { } clauses ? new(clauses) : All;
        return error is null;
    }

    /// <inheritdoc cref="RunFilter.ToString"/>
    public override string ToString() => string.Join(" AND ", Clauses);
}
