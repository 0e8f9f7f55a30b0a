using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Files;

namespace Crucible.Experiments.Pages;

/// <summary>A state of training that was kept: a file, or a folder of files.</summary>
/// <param name="Path">Relative to its run.</param>
/// <param name="IsFolder">It is a folder.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Length">Bytes of all of them.</param>
/// <param name="At">When the last of them was written; null where the store does not say.</param>
/// <param name="Step">Of which step it is; null when its name says none.</param>
/// <param name="Metric">What the metric was at that step; null without one.</param>
public sealed record Checkpoint(string Path, bool IsFolder, int Files, long Length, DateTimeOffset? At, long? Step, ValueAt? Metric);

/// <summary>The checkpoints of a run.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="MetricKey">The metric whose values stand beside them; null when the run has none.</param>
/// <param name="Whole">No file was left unlooked at.</param>
public sealed record Checkpoints(IReadOnlyList<Checkpoint> Items, string? MetricKey, bool Whole)
{
    /// <summary>None.</summary>
    public static Checkpoints None { get; } = new([], null, true);
}

/// <summary>Finds the checkpoints of a run among its files.</summary>
public sealed class CheckpointReader(SeriesStore series, RunMetricStore metrics, IFileStore files)
{
    /// <summary>Reads them with the values of a metric.</summary>
    /// <param name="run">The run.</param>
    /// <param name="key">The metric; null takes the one that the run's page shows first.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Checkpoints> Read(RunRow run, string? key, CancellationToken cancel)
    {
        var (found, whole) = await ArtifactTree.All(files, run, cancel);
        var kept = found.Select(f => (File: f, Of: CheckpointPath.Of(f.Path))).Where(f => f.Of is not null).GroupBy(f => f.Of!, f => f.File)
            .Select(g => new Checkpoint(g.Key, g.First().Path != g.Key, g.Count(), g.Sum(f => f.Length), g.Max(f => f.Modified), CheckpointPath.Step(g.Key), null))
            .OrderByDescending(c => c.At).ThenByDescending(c => c.Step).ThenBy(c => c.Path, StringComparer.Ordinal).ToList();
        if (kept.Count == 0)
            return Checkpoints.None with { Whole = whole };
        var lines = MetricGroups.Sort((await series.OfRuns([run.RunId], cancel)).Where(l => !l.Key.StartsWith(MetricGroups.System, StringComparison.Ordinal)), l => l.Key);
        if ((key is null ? lines.FirstOrDefault() : lines.FirstOrDefault(l => l.Key == key)) is not { } line)
            return new(kept, null, whole);
        var steps = kept.Where(c => c.Step is not null).Select(c => c.Step!.Value).Distinct().ToArray();
        var values = (await metrics.At([.. steps.Select(_ => line.SeriesId)], steps, cancel)).ToDictionary(v => v.Asked);
        return new([.. kept.Select(c => c with { Metric = c.Step is { } step ? values.GetValueOrDefault(step) : null })], line.Key, whole);
    }
}
