namespace Crucible.Experiments.Imports.Sources;

/// <summary>A folder that somebody brought. Links in it are never followed: they may lead anywhere.</summary>
internal sealed class Tree(string root, Report report)
{
    public string Root { get; } = root;

    /// <summary>The path from the root, for the report.</summary>
    public string Name(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>What is directly in a folder, by name; nothing when it is not there.</summary>
    public IEnumerable<FileSystemInfo> In(string folder)
    {
        FileSystemInfo[] entries;
        try
        {
            entries = Directory.Exists(folder) ? [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal)] : [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            report.Refuse(Name(folder), 0, "This folder cannot be read.", "Give this program the right to read it.");
            yield break;
        }
        foreach (var entry in entries)
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                report.Refuse(Name(entry.FullName), 0, "This is a link, which is not followed.", "Put what it leads to in its place.");
            else
                yield return entry;
    }

    public IEnumerable<DirectoryInfo> Folders(string folder) => In(folder).OfType<DirectoryInfo>();

    /// <summary>All files below a folder, with their paths from it.</summary>
    public IEnumerable<(string Path, FileInfo File)> Files(string folder) => Files(folder, "", 0);

    private IEnumerable<(string Path, FileInfo File)> Files(string folder, string above, int depth)
    {
        foreach (var entry in In(folder))
            if (entry is FileInfo file)
                yield return (above + file.Name, file);
            else if (depth > 60)
                report.Refuse(Name(entry.FullName), 0, "Folders are nested more than sixty deep.", "Flatten them.");
            else
                foreach (var inner in Files(entry.FullName, $"{above}{entry.Name}/", depth + 1))
                    yield return inner;
    }

    /// <summary>The files of a folder as those of a run.</summary>
    public IEnumerable<SourceFile> Brought(string folder) =>
        Files(folder).Select(f => new SourceFile(f.Path, f.File.Length, () => Open(f.File.FullName)));

    public static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous | FileOptions.SequentialScan);
}
