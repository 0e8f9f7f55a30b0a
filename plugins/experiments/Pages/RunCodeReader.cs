using System.Text;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Tracking;
using Crucible.Files;

namespace Crucible.Experiments.Pages;

/// <summary>A text file that says something about the code of a run.</summary>
/// <param name="Path">Relative to its run; empty for what a tag holds.</param>
/// <param name="Text">The beginning of it.</param>
/// <param name="Cut">It is not all of it.</param>
public sealed record CodeFile(string Path, string Text, bool Cut);

/// <summary>Where the code of a run came from.</summary>
/// <param name="Facts">What is known, in order: source, command, repository, branch, commit.</param>
/// <param name="Diff">What was not committed; null when nothing says so.</param>
/// <param name="Environment">Files that say what it ran with.</param>
public sealed record RunCode(IReadOnlyList<(string Name, string Value)> Facts, CodeFile? Diff, IReadOnlyList<CodeFile> Environment)
{
    /// <summary>Nothing is known.</summary>
    public bool IsEmpty => Facts.Count == 0 && Diff is null && Environment.Count == 0;
}

/// <summary>Gathers from the tags and the files of a run what its code was.</summary>
public sealed class RunCodeReader(IFileStore files)
{
    private const int MostText = 256 * 1024;
    private const int MostFiles = 8;

    private static readonly (string Key, string Name)[] Tags =
    [
        ("mlflow.source.name", "Source"), ("mlflow.source.type", "Type"), ("mlflow.project.entryPoint", "Entry point"), ("mlflow.project.backend", "Backend"), ("crucible.command", "Command"),
        ("mlflow.source.git.repoURL", "Repository"), ("mlflow.gitRepoURL", "Repository"), ("mlflow.source.git.branch", "Branch"), ("mlflow.gitBranch", "Branch"),
        ("mlflow.source.git.commit", "Commit"), ("mlflow.source.git.dirty", "Uncommitted changes"), ("mlflow.docker.image.uri", "Image"), ("mlflow.docker.image.id", "Image id"), ("mlflow.user", "User"),
    ];

    private static readonly HashSet<string> Environments = new(["conda.yaml", "conda.yml", "requirements.txt", "python_env.yaml", "MLproject", "pyproject.toml", "environment.yml", "uv.lock", "Dockerfile"], StringComparer.Ordinal);

    /// <summary>Reads it.</summary>
    public async Task<RunCode> Read(RunRow run, IReadOnlyList<Entry> tags, IReadOnlyList<ArtifactFile> known, CancellationToken cancel)
    {
        var facts = Tags.Select(t => (t.Name, Value: tags.Of(t.Key) ?? "")).Where(f => f.Value.Length > 0).DistinctBy(f => f.Name).ToList();
        var environment = new List<CodeFile>();
        foreach (var file in known.Where(f => Environments.Contains(f.Path[(f.Path.LastIndexOf('/') + 1)..])).OrderBy(f => f.Path.Count('/')).Take(MostFiles))
            if (await Text(run, file.Path, cancel) is { } text)
                environment.Add(text);
        return new(facts, await Diff(run, tags, known, cancel), environment);
    }

    private async Task<CodeFile?> Diff(RunRow run, IReadOnlyList<Entry> tags, IReadOnlyList<ArtifactFile> known, CancellationToken cancel)
    {
        if (tags.Of("mlflow.source.git.diff") is { Length: > 0 } said)
            // A tag of this length was cut when it was kept.
            return new("", said, said.Length >= Domain.Limits.TagValue);
        var file = known.Where(f => f.Path.EndsWith(".diff", StringComparison.OrdinalIgnoreCase) || f.Path.EndsWith(".patch", StringComparison.OrdinalIgnoreCase)).OrderBy(f => f.Path.Count('/')).FirstOrDefault();
        return file is null ? null : await Text(run, file.Path, cancel);
    }

    private async Task<CodeFile?> Text(RunRow run, string path, CancellationToken cancel)
    {
        await using var file = await files.Read($"{ArtifactPlace.Of(run)}/{path}", cancel);
        if (file is null)
            return null;
        var bytes = new byte[Math.Min(file.Length, MostText)];
        var length = await file.Content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        return bytes.AsSpan(0, length).Contains((byte)0) ? null : new(path, Encoding.UTF8.GetString(bytes, 0, length), file.Length > length);
    }
}
