using Crucible.Experiments.Data;

namespace Crucible.Experiments.Fragments;

/// <summary>A metric of the best run beside that of the baseline.</summary>
/// <param name="Key">The metric.</param>
/// <param name="Baseline">The baseline's last value; null when it never logged it.</param>
/// <param name="Best">The best run's.</param>
/// <param name="SmallIsGood">Whether small values are the good ones.</param>
public sealed record Measured(string Key, double? Baseline, double? Best, bool SmallIsGood)
{
    /// <summary>By which share of the baseline the best run is greater; null where that says nothing.</summary>
    public double? Change => Baseline is { } from && Best is { } to && from != 0 && double.IsFinite(from) && double.IsFinite(to) ? (to - from) / Math.Abs(from) : null;

    /// <summary>Whether the change is for the better; null when there is none.</summary>
    public bool? Good => Change is null or 0 ? null : Change < 0 == SmallIsGood;
}

/// <summary>What the Overview of an experiment shows.</summary>
public sealed record OverviewView(ExperimentFrameView Frame)
{
    /// <summary>The newest runs.</summary>
    public IReadOnlyList<RunLine> Recent { get; init; } = [];

    /// <summary>Best against baseline.</summary>
    public IReadOnlyList<Measured> Measured { get; init; } = [];

    /// <summary>What its runs read.</summary>
    public IReadOnlyList<(string Name, string Digest, string Contexts)> Datasets { get; init; } = [];

    /// <summary>What its runs made.</summary>
    public IReadOnlyList<ModelOfExperiment> Models { get; init; } = [];

    /// <summary>What was done last.</summary>
    public IReadOnlyList<ActivityLine> Activity { get; init; } = [];
}
