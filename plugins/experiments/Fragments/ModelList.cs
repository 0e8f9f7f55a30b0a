using Crucible.Experiments.Data;
using Crucible.Ui;

namespace Crucible.Experiments.Fragments;

/// <summary>The list of registered models.</summary>
/// <param name="Text">The part of a name that was looked for.</param>
/// <param name="Models">One page of them.</param>
/// <param name="Parts">Their aliases, tags and versions.</param>
/// <param name="More">Address of the next page; null on the last.</param>
public sealed record ModelList(string Text, IReadOnlyList<RegisteredModel> Models, RegisteredModelParts Parts, string? More)
{
    /// <summary>The actor may register models.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>A refusal of the new name.</summary>
    public FieldError? Error { get; init; }

    /// <summary>This is not the first page.</summary>
    public bool Later { get; init; }
}
