using Crucible.Experiments.Data;
using Crucible.Experiments.Tracking;
using Crucible.Files;

namespace Crucible.Experiments.Fragments;

/// <summary>A file of a run, its path relative to the run's own folder.</summary>
public sealed record ArtifactFile(string Path, long Length);

/// <summary>The files of a run, folder by folder.</summary>
public sealed record ArtifactTree(IReadOnlyList<ArtifactFile> Files, bool More)
{
    // A listing of a store may cost a call for each folder: past this a page says that there is more.
    private const int Most = 500;
    private const int Deepest = 8;

    /// <summary>No files.</summary>
    public static ArtifactTree None { get; } = new([], false);

    /// <summary>All bytes.</summary>
    public long Length => Files.Sum(f => f.Length);

    /// <summary>Reads the files of a run.</summary>
    public static async Task<ArtifactTree> Read(IFileStore store, RunRow run, CancellationToken cancel)
    {
        var files = new List<ArtifactFile>();
        var whole = await Walk(store, ArtifactPlace.Of(run), "", files, 0, cancel);
        return new(files, !whole);
    }

    private static async Task<bool> Walk(IFileStore store, string root, string folder, List<ArtifactFile> files, int depth, CancellationToken cancel)
    {
        var entries = await store.List(folder.Length == 0 ? root : $"{root}/{folder}", cancel) ?? [];
        foreach (var entry in entries.OrderByDescending(e => e.IsFolder))
        {
            if (files.Count >= Most || depth > Deepest)
                return false;
            var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (!entry.IsFolder)
                files.Add(new(path, entry.Length));
            else if (!await Walk(store, root, path, files, depth + 1, cancel))
                return false;
        }
        return true;
    }
}

/// <summary>A look into a file: its text, or an address of a picture; neither where only a download is offered.</summary>
public sealed record ArtifactPreview(string Path, long Length, string? Text, bool Picture)
{
    /// <summary>Bytes of a text that is shown.</summary>
    public const int MostText = 256 * 1024;

    private static readonly string[] Pictures = [".png", ".jpg", ".jpeg", ".gif", ".webp"];
    private static readonly string[] Texts =
        [".txt", ".md", ".json", ".jsonl", ".csv", ".tsv", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".log", ".py", ".sh", ".sql", ".xml", ".conf", ".env", ".lock", ""];

    /// <summary>Whether a file is a text, by its name.</summary>
    public static bool IsText(string path) => Texts.Contains(System.IO.Path.GetExtension(path).ToLowerInvariant()) || path[(path.LastIndexOf('/') + 1)..] is "MLmodel" or "Dockerfile";

    /// <summary>Looks into a file; null when there is none of this path.</summary>
    public static async Task<ArtifactPreview?> Read(IFileStore store, RunRow run, string path, CancellationToken cancel)
    {
        if (!FilePath.IsSafe(path))
            return null;
        await using var file = await store.Read($"{ArtifactPlace.Of(run)}/{path}", cancel);
        if (file is null)
            return null;
        var ending = System.IO.Path.GetExtension(path).ToLowerInvariant();
        if (Pictures.Contains(ending))
            return new(path, file.Length, null, true);
        if (file.Length > MostText || !IsText(path))
            return new(path, file.Length, null, false);
        using var reader = new StreamReader(file.Content);
        var text = await reader.ReadToEndAsync(cancel);
        return new(path, file.Length, text.Contains('\0') ? null : Tidy(ending, text), false);
    }

    private static string Tidy(string ending, string text)
    {
        if (ending != ".json")
            return text;
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(text);
            return System.Text.Json.JsonSerializer.Serialize(json.RootElement, Indented);
        }
        catch (System.Text.Json.JsonException)
        {
            return text;
        }
    }

    private static readonly System.Text.Json.JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
