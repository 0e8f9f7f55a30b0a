using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>The list of projects.</summary>
/// <param name="Lines">One page of it.</param>
/// <param name="Archived">It shows the archived ones.</param>
/// <param name="More">Another page follows.</param>
public sealed record ProjectsView(IReadOnlyList<ProjectLine> Lines, bool Archived, bool More)
{
    /// <summary>Which form is open: <c>new</c>, or the id of a project.</summary>
    public string Edit { get; init; } = "";

    /// <summary>The actor may make projects.</summary>
    public bool MayCreate { get; init; }

    /// <summary>Those that the actor may change.</summary>
    public IReadOnlySet<long> MayWrite { get; init; } = new HashSet<long>();

    /// <summary>It is the first page.</summary>
    public bool First { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>Why the form was refused.</summary>
    public FieldError? Error { get; init; }

    /// <summary>The description that was typed in it.</summary>
    public string? Entered { get; init; }
}
