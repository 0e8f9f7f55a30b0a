using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Fragments;

/// <summary>The tags that clients set by themselves, and what pages make of them.</summary>
public static class RunTagNames
{
    /// <summary>The tag that holds a run's or an experiment's note.</summary>
    public const string Note = "mlflow.note.content";

    /// <summary>Whether people wrote it; the others belong to the clients.</summary>
    public static bool IsOwn(string key) => !key.StartsWith("mlflow.", StringComparison.Ordinal) && key != Domain.ExperimentStatusWords.Tag;

    /// <summary>The value of one tag.</summary>
    public static string? Of(this IEnumerable<Entry> tags, string key) => tags.FirstOrDefault(t => t.Key == key).Value;

    /// <summary>File name of the script that the run came from.</summary>
    public static string? Source(IEnumerable<Entry> tags) =>
        tags.Of("mlflow.source.name") is { Length: > 0 } name ? name[(name.LastIndexOfAny(['/', '\\']) + 1)..] : null;

    /// <summary>The commit that the script was at.</summary>
    public static string? Commit(IEnumerable<Entry> tags) => tags.Of("mlflow.source.git.commit") is { Length: >= 7 } commit ? commit : null;
}
