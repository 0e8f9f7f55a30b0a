using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Fragments;

/// <summary>Everything that the list of experiments shows.</summary>
public sealed record ExperimentList(ExperimentListFilter Filter, IReadOnlyList<ExperimentLine> Lines, ILookup<long, Entry> Tags, bool More)
{
    /// <summary>The best run of each that has one.</summary>
    public IReadOnlyDictionary<long, BestOfExperiment> Best { get; init; } = new Dictionary<long, BestOfExperiment>();

    /// <summary>The actor may make experiments.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>Where clients log to.</summary>
    public string TrackingUri { get; init; } = "";

    /// <summary>Whether the filter leaves any out.</summary>
    public bool Narrows => Filter.Query.Narrows;

    /// <summary>The list in another state.</summary>
    public string Url(ExperimentListFilter filter, params IEnumerable<(string, string?)> more) => Address.With(Address.Experiments, filter.State().Concat(more));

    /// <summary>This page of it.</summary>
    public string Here => Url(Filter, ("after", Filter.After), ("id", Filter.After is null ? null : $"{Filter.AfterId}"));

    /// <summary>The page that follows.</summary>
    public string? Older => !More ? null : Url(Filter,
        ("after", Filter.Sort switch { "name" => Lines[^1].Name.ToLowerInvariant(), "made" => $"{Lines[^1].CreatedMs}", _ => $"{Lines[^1].ActiveMs}" }),
        ("id", $"{Lines[^1].ExperimentId}"));
}
