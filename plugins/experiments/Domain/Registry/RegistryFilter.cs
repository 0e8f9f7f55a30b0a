using System.Diagnostics.CodeAnalysis;
using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Domain.Registry;

/// <summary>Which registered models or versions to find: every clause must hold.</summary>
/// <param name="Clauses">Attributes and tags.</param>
public sealed record RegistryFilter(IReadOnlyList<Clause> Clauses)
{
    private const string PromptTag = "mlflow.prompt.is_prompt";

    /// <summary>Finds everything.</summary>
    public static RegistryFilter All { get; } = new([]);

    /// <summary>Clients keep prompts among the models, marked by a tag; they are found only when the filter asks for that tag to be true.</summary>
    public bool AsksForPrompts { get; private init; }

    /// <summary>Reads a filter of registered models: <c>name LIKE 'bert%' AND tags.task = 'rank'</c>.</summary>
    public static bool TryParseModels(string? text, out RegistryFilter filter, [NotNullWhen(false)] out FilterError? error) => TryParse(text, Vocabulary.RegisteredModels, out filter, out error);

    /// <summary>Reads a filter of versions: name, run_id, source_path, version_number, creation_timestamp, last_updated_timestamp, tags.</summary>
    public static bool TryParseVersions(string? text, out RegistryFilter filter, [NotNullWhen(false)] out FilterError? error) => TryParse(text, Vocabulary.ModelVersions, out filter, out error);

    private static bool TryParse(string? text, Vocabulary vocabulary, out RegistryFilter filter, [NotNullWhen(false)] out FilterError? error)
    {
        var clauses = FilterParser.Parse(text, vocabulary, out error)?.Clauses.ToList() ?? [];
        // Clients that want models say that the tag is not true, which no model without the tag would pass.
        filter = new([.. clauses.Where(c => !OnPrompts(c) || Prompts(c))]) { AsksForPrompts = clauses.Any(Prompts) };
        return error is null;
    }

    private static bool OnPrompts(Clause clause) => clause.Entity == Entity.Tag && clause.Key == PromptTag;

    private static bool Prompts(Clause clause) => OnPrompts(clause) && clause is { Operator: Operator.Equal, Value: FilterValue.Text { Value: "true" } };
}
