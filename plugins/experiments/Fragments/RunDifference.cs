using System.Text;
using Crucible.Experiments.Data;
using Crucible.Files;

namespace Crucible.Experiments.Fragments;

/// <summary>Two runs as texts that can be compared line by line.</summary>
/// <param name="What"><c>source</c>, <c>params</c> or <c>file:path</c>.</param>
/// <param name="Left">The run on the left.</param>
/// <param name="Right">The run on the right.</param>
/// <param name="Old">Its text; empty when it has none.</param>
/// <param name="New">The other's.</param>
/// <param name="OldTitle">Name of the run on the left.</param>
/// <param name="NewTitle">Name of the other.</param>
/// <param name="Files">Files of either that could be compared.</param>
public sealed record RunDifference(string What, Guid Left, Guid Right, string Old, string New, string OldTitle, string NewTitle, IReadOnlyList<string> Files)
{
    private const int MostFiles = 100;

    /// <summary>Compares two runs. The caller has checked that they may be seen.</summary>
    public static async Task<RunDifference> Read(IFileStore store, string what, RunDetail left, RunDetail right, CancellationToken cancel)
    {
        var files = (await ArtifactTree.All(store, left.Row, cancel)).Files.Concat((await ArtifactTree.All(store, right.Row, cancel)).Files)
            .Where(f => f.Length <= ArtifactPreview.MostText && ArtifactPreview.IsText(f.Path)).Select(f => f.Path).Distinct().Order(StringComparer.Ordinal).Take(MostFiles).ToList();
        async Task<string> Text(RunDetail run) => what == "params" ? Params(run) : what.StartsWith("file:", StringComparison.Ordinal)
            ? await ArtifactPreview.Lines(store, run.Row, what["file:".Length..], cancel) ?? "" : Source(run);
        return new(what, left.Row.RunId, right.Row.RunId, await Text(left), await Text(right), left.Row.Name, right.Row.Name, files);
    }

    private static string Params(RunDetail run) => string.Concat(run.Params.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}: {p.Value}\n"));

    // What a program ran: where it came from, and what was not committed.
    private static string Source(RunDetail run)
    {
        var text = new StringBuilder();
        foreach (var (title, key) in (ReadOnlySpan<(string, string)>)[("source", "mlflow.source.name"), ("entry point", "mlflow.project.entryPoint"), ("repository", "mlflow.source.git.repoURL"),
            ("branch", "mlflow.source.git.branch"), ("commit", "mlflow.source.git.commit")])
            if (run.Tags.Of(key) is { Length: > 0 } value)
                text.Append(title).Append(": ").Append(value).Append('\n');
        if (run.Tags.Of("mlflow.source.git.diff") is { Length: > 0 } diff)
            text.Append('\n').Append(diff);
        return text.ToString();
    }
}
