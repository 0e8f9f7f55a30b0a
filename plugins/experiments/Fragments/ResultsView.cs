using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Fragments;

/// <summary>What an experiment came to.</summary>
/// <param name="Frame">The experiment.</param>
/// <param name="Results">The table.</param>
/// <param name="Metrics">Metrics that could be columns.</param>
/// <param name="Params">Parameters that could group.</param>
public sealed record ResultsView(ExperimentFrameView Frame, Results Results, IReadOnlyList<string> Metrics, IReadOnlyList<string> Params)
{
    /// <summary>Rows that are drawn; files hold all.</summary>
    public const int MostRows = 100;

    /// <summary>The column whose best comes first.</summary>
    public int Sort { get; init; }

    /// <summary>Metrics that the address names.</summary>
    public IReadOnlyList<string> Chosen { get; init; } = [];

    /// <summary>Older runs that were not looked at.</summary>
    public long Dropped { get; init; }

    /// <summary>The page without its state.</summary>
    public string Self => ExperimentTabs.Page(Frame.Experiment.ExperimentId, "results");

    /// <summary>The page in another state.</summary>
    public string Url(string? group, string? sort, string? format = null) =>
        Address.With(Self, [.. Chosen.Select(m => ("metrics", (string?)m)), ("group", group), ("sort", sort), ("format", format)]);

    /// <summary>This page.</summary>
    public string Here => Url(Results.GroupedBy, Sort == 0 ? null : Results.Metrics[Sort].Key);
}
