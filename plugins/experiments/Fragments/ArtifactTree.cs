using Crucible.Experiments.Data;
using Crucible.Experiments.Tracking;
using Crucible.Files;

namespace Crucible.Experiments.Fragments;

/// <summary>A file of a run, its path relative to the run's own folder.</summary>
public sealed record ArtifactFile(string Path, long Length, DateTimeOffset? Modified = null);

/// <summary>What is directly in a folder of a run: folders first, then files, each by name.</summary>
/// <param name="Path">Relative to the run; empty for its root.</param>
/// <param name="Entries">Those that are shown.</param>
/// <param name="Total">How many there are.</param>
public sealed record ArtifactFolder(string Path, IReadOnlyList<FileEntry> Entries, int Total)
{
    /// <summary>The path of one of its entries.</summary>
    public string Within(string name) => Path.Length == 0 ? name : $"{Path}/{name}";
}

/// <summary>The files of a run: those of the folders that are open, and how many there are in all.</summary>
/// <param name="Folders">The open folders, by path; the root is the empty one.</param>
/// <param name="Files">Files in all folders, counted up to a limit.</param>
/// <param name="More">There are more than were counted.</param>
public sealed record ArtifactTree(IReadOnlyDictionary<string, ArtifactFolder> Folders, IReadOnlyList<ArtifactFile> Files, bool More)
{
    /// <summary>Entries of a folder in the tree; its own page shows all.</summary>
    public const int EntriesAtOnce = 200;

    /// <summary>Folders that are open at once.</summary>
    public const int MostOpen = 50;

    // A listing of a store may cost a call for each folder: past these a page says that there is more.
    private const int MostCounted = 500;
    private const int MostListed = 5000;
    private const int Deepest = 8;

    /// <summary>No files.</summary>
    public static ArtifactTree None { get; } = new(new Dictionary<string, ArtifactFolder>(), [], false);

    /// <summary>All bytes that were counted.</summary>
    public long Length => Files.Sum(f => f.Length);

    /// <summary>How many there are, in words: <c>14</c>, <c>500+</c>.</summary>
    public string Count => Ui.Text.Numbers.Count(Files.Count) + (More ? "+" : "");

    /// <summary>Reads the open folders of a run and counts its files.</summary>
    public static async Task<ArtifactTree> Read(IFileStore store, RunRow run, IEnumerable<string> open, CancellationToken cancel)
    {
        var folders = new Dictionary<string, ArtifactFolder>();
        foreach (var path in open.Where(FilePath.IsSafe).Take(MostOpen).Prepend(""))
            if (await Folder(store, run, path, null, EntriesAtOnce, cancel) is { } folder)
                folders[path] = folder;
        var files = new List<ArtifactFile>();
        var whole = await Walk(store, ArtifactPlace.Of(run), "", files, MostCounted, 0, cancel);
        return new(folders, files, !whole);
    }

    /// <summary>One folder, or the part of it behind a name; null when there is none.</summary>
    /// <param name="store">Where it is.</param>
    /// <param name="run">Whose it is.</param>
    /// <param name="path">Its path; empty for the root.</param>
    /// <param name="after">The entry that was shown last: <c>/name</c> of a folder, <c>name</c> of a file.</param>
    /// <param name="most">How many entries.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="find">Only entries whose name holds this.</param>
    public static async Task<ArtifactFolder?> Folder(IFileStore store, RunRow run, string path, string? after, int most, CancellationToken cancel, string find = "")
    {
        if (path.Length > 0 && !FilePath.IsSafe(path))
            return null;
        if (await store.List(path.Length == 0 ? ArtifactPlace.Of(run) : $"{ArtifactPlace.Of(run)}/{path}", cancel) is not { } entries)
            return null;
        var all = entries.Where(e => e.Name.Contains(find, StringComparison.OrdinalIgnoreCase)).OrderByDescending(e => e.IsFolder).ThenBy(e => e.Name, StringComparer.Ordinal).ToList();
        var from = string.IsNullOrEmpty(after) ? 0 : all.FindIndex(e => Behind(e, after)) is >= 0 and var at ? at : all.Count;
        return new(path, [.. all.Skip(from).Take(most)], all.Count);
    }

    /// <summary>How an entry is called in an address that begins behind it.</summary>
    public static string Key(FileEntry entry) => entry.IsFolder ? "/" + entry.Name : entry.Name;

    private static bool Behind(FileEntry entry, string after) => after[0] == '/'
        ? !entry.IsFolder || string.CompareOrdinal(entry.Name, after[1..]) > 0
        : !entry.IsFolder && string.CompareOrdinal(entry.Name, after) > 0;

    /// <summary>The files of a run in all folders, up to a limit; true when these are all.</summary>
    public static async Task<(IReadOnlyList<ArtifactFile> Files, bool Whole)> All(IFileStore store, RunRow run, CancellationToken cancel)
    {
        var files = new List<ArtifactFile>();
        var whole = await Walk(store, ArtifactPlace.Of(run), "", files, MostListed, 0, cancel);
        return (files, whole);
    }

    private static async Task<bool> Walk(IFileStore store, string root, string folder, List<ArtifactFile> files, int most, int depth, CancellationToken cancel)
    {
        var entries = await store.List(folder.Length == 0 ? root : $"{root}/{folder}", cancel) ?? [];
        // Files first: a folder of ten thousand must not hide those beside it.
        foreach (var entry in entries.OrderBy(e => e.IsFolder))
        {
            if (files.Count >= most || depth > Deepest)
                return false;
            var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (!entry.IsFolder)
                files.Add(new(path, entry.Length, entry.Modified));
            else if (!await Walk(store, root, path, files, most, depth + 1, cancel))
                return false;
        }
        return true;
    }
}
