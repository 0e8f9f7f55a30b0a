using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Ui;

namespace Crucible.Experiments.Fragments;

/// <summary>A registered model with a page of its versions, the newest first.</summary>
public sealed record ModelView(RegisteredModel Model, IReadOnlyList<Entry> Tags, IReadOnlyList<ModelVersion> Versions, ModelVersionParts Parts)
{
    /// <summary>The runs that made them, as far as this visitor may see them, by id.</summary>
    public IReadOnlyDictionary<string, (Guid RunId, string Name, string Experiment, long ExperimentId)> Runs { get; init; } =
        new Dictionary<string, (Guid, string, string, long)>();

    /// <summary>Address of older versions; null when there are none.</summary>
    public string? Older { get; init; }

    /// <summary>These are not the newest.</summary>
    public bool Later { get; init; }

    /// <summary>What is open for editing: <c>note</c>, <c>origin</c>, <c>name</c>.</summary>
    public string? Edit { get; init; }

    /// <summary>The actor may change it.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The actor may delete it.</summary>
    public bool MayDelete { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>A refusal, at its field.</summary>
    public FieldError? Error { get; init; }

    /// <summary>The page of its files within their run; null when they are elsewhere.</summary>
    public string? Files(ModelVersion version)
    {
        // mlflow-artifacts:/{experiment}/{run}/artifacts/{path}
        var parts = version.Location.Split('/');
        var run = Array.IndexOf(parts, "artifacts") is > 1 and var at ? parts[at - 1] : null;
        return run is not null && version.Location.StartsWith("mlflow-artifacts:", StringComparison.Ordinal) && Runs.ContainsKey(run)
            ? Address.With($"/experiments/runs/{run}", ("tab", "artifacts")) : null;
    }
}
