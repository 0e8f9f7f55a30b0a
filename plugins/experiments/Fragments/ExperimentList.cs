using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Fragments;

/// <summary>Everything that the list of experiments shows.</summary>
public sealed record ExperimentList(ExperimentListFilter Filter, IReadOnlyList<ExperimentLine> Lines, ILookup<long, Entry> Tags, bool More)
{
    /// <summary>The actor may make experiments.</summary>
    public bool MayWrite { get; init; }

    /// <summary>Those that the actor may delete or restore.</summary>
    public IReadOnlySet<long> MayDelete { get; init; } = new HashSet<long>();

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>Why the form was refused.</summary>
    public FieldError? Error { get; init; }

    /// <summary>Where clients log to.</summary>
    public string TrackingUri { get; init; } = "";

    /// <summary>The list in another state.</summary>
    public string Url(ExperimentListFilter filter, params IEnumerable<(string, string?)> more) => Address.With(Address.Experiments, filter.Query().Concat(more));

    /// <summary>The page that follows.</summary>
    public IEnumerable<(string, string?)> Next() => Lines.Count == 0 ? [] :
    [
        ("after", Filter.Sort switch { "name" => Lines[^1].Name.ToLowerInvariant(), "made" => $"{Lines[^1].CreatedMs}", _ => $"{Lines[^1].ActiveMs}" }),
        ("id", $"{Lines[^1].ExperimentId}"),
    ];
}
