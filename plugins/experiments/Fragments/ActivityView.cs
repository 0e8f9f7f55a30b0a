using Crucible.Experiments.Data;
using Crucible.Search;

namespace Crucible.Experiments.Fragments;

/// <summary>A page of what was done.</summary>
/// <param name="Frame">The experiment.</param>
/// <param name="Query">What was asked.</param>
/// <param name="Lines">The newest first.</param>
/// <param name="More">Older ones follow.</param>
/// <param name="Before">Where the page begins; null at the newest.</param>
public sealed record ActivityView(ExperimentFrameView Frame, Query Query, IReadOnlyList<ActivityLine> Lines, bool More, long? Before)
{
    /// <summary>What can be asked for.</summary>
    public static Vocabulary Words { get; } = new(
        new("by", QualifierKind.Text, "who, by name") { Ask = true },
        new("action", QualifierKind.Text, "what was done: run, run.delete, comment") { Ask = true },
        new("run", QualifierKind.Text, "to which run: its name or id, or how they begin"),
        new("after", QualifierKind.Time, "not before this day or moment"),
        new("before", QualifierKind.Time, "before this day or moment"));

    /// <summary>The page without its state.</summary>
    public string Self => ExperimentTabs.Page(Frame.Experiment.ExperimentId, "activity");

    /// <summary>The page that begins before a line.</summary>
    public string Url(long? before) => Address.With(Self, ("q", Query.Text), ("before", before is { } id ? $"{id}" : null));
}
