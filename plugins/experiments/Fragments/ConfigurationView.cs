using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Fragments;

/// <summary>The configuration of an experiment.</summary>
/// <param name="Frame">The experiment.</param>
/// <param name="Shown">The version that is shown; null while there is none.</param>
public sealed record ConfigurationView(ExperimentFrameView Frame, ConfigVersion? Shown)
{
    /// <summary>An older version that it is compared with.</summary>
    public ConfigVersion? Against { get; init; }

    /// <summary>Versions, the newest first, without texts.</summary>
    public IReadOnlyList<ConfigVersion> Versions { get; init; } = [];

    /// <summary>Older ones follow.</summary>
    public bool More { get; init; }

    /// <summary>The editor is open.</summary>
    public bool Editing { get; init; }

    /// <summary>The version that the editor was opened on.</summary>
    public int Seen { get; init; }

    /// <summary>What somebody typed that was refused.</summary>
    public string? Entered { get; init; }

    /// <summary>Why.</summary>
    public string? Error { get; init; }

    /// <summary>It can be changed: by who may, while the experiment is pending.</summary>
    public bool MayEdit => Frame.MayWrite && Frame.Experiment is { Deleted: false, State: { Status: ExperimentStatus.Pending, Archived: false } };

    /// <summary>The page.</summary>
    public string Self => ExperimentTabs.Page(Frame.Experiment.ExperimentId, "configuration");
}
