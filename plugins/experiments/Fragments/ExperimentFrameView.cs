using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Ui;

namespace Crucible.Experiments.Fragments;

/// <summary>What stands around every page of an experiment.</summary>
public sealed record ExperimentFrameView(Experiment Experiment, IReadOnlyList<Entry> Tags)
{
    /// <summary>How many runs there are.</summary>
    public RunCounts Counts { get; init; } = new(new Dictionary<string, long>(), 0);

    /// <summary>Names of what it points to.</summary>
    public ExperimentFacts Facts { get; init; } = ExperimentFacts.None;

    /// <summary>The metric that the best run is best in.</summary>
    public string? First { get; init; }

    /// <summary>The best run.</summary>
    public (Guid RunId, string Name, double Value)? Best { get; init; }

    /// <summary>Which of its fields is open for editing: <c>name</c>, <c>note</c>, <c>lost</c>.</summary>
    public string? Edit { get; init; }

    /// <summary>The actor may change it.</summary>
    public bool MayWrite { get; init; }

    /// <summary>The actor may delete it.</summary>
    public bool MayDelete { get; init; }

    /// <summary>The visitor's token.</summary>
    public FormToken? Token { get; init; }

    /// <summary>A refusal, at its field.</summary>
    public FieldError? Error { get; init; }

    /// <summary>Where clients log to.</summary>
    public string TrackingUri { get; init; } = "";

    /// <summary>Its note.</summary>
    public string Note => Tags.Of(RunTagNames.Note) ?? "";
}
