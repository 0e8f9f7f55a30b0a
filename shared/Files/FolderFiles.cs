using System.Buffers;

namespace Crucible.Files;

/// <summary>Files in a folder of this machine.</summary>
/// <param name="root">The folder; made when the first file is written. Nothing outside it is ever touched.</param>
public sealed class FolderFiles(string root) : IFileStore
{
    private const string Unfinished = ".unfinished";
    private readonly string _root = Path.GetFullPath(root);

    /// <inheritdoc/>
    public async Task<FileWrite> Write(string path, Stream content, long limit, CancellationToken cancel)
    {
        var target = Full(path);
        if (IsLinked(Path.GetDirectoryName(target)!))
            return FileWrite.PathTaken;
        var part = Path.Combine(_root, Unfinished, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        try
        {
            if (!await Save(part, content, limit, cancel).ConfigureAwait(false))
                return FileWrite.TooLarge;
            return Place(part, target) ? FileWrite.Kept : FileWrite.PathTaken;
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static async Task<bool> Save(string part, Stream content, long limit, CancellationToken cancel)
    {
        await using var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            long length = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
            {
                length += read;
                if (length > limit)
                    return false;
                await file.WriteAsync(buffer.AsMemory(0, read), cancel).ConfigureAwait(false);
            }
            file.Flush(flushToDisk: true);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool Place(string part, string target)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Move(part, target, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && (Directory.Exists(target) || FileOnTheWay(target)))
        {
            return false;
        }
    }

    private static bool FileOnTheWay(string target)
    {
        for (var folder = Path.GetDirectoryName(target); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(folder))
                return true;
        return false;
    }

    /// <inheritdoc/>
    public Task<StoredFile?> Read(string path, CancellationToken cancel)
    {
        var file = new FileInfo(Full(path));
        if (!file.Exists || IsLinked(file.FullName))
            return Task.FromResult<StoredFile?>(null);
        var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        return Task.FromResult<StoredFile?>(new(content, content.Length, file.LastWriteTimeUtc));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<FileEntry>?> List(string folder, CancellationToken cancel)
    {
        var directory = new DirectoryInfo(folder.Length == 0 ? _root : Full(folder));
        if (!directory.Exists || IsLinked(directory.FullName))
            return Task.FromResult<IReadOnlyList<FileEntry>?>(null);
        var entries = directory.EnumerateFileSystemInfos()
            .Where(e => e.Name != Unfinished)
            .Select(e => e is FileInfo file ? new FileEntry(e.Name, false, file.Length) { Modified = file.LastWriteTimeUtc } : new FileEntry(e.Name, true, 0))
            .OrderBy(e => e.Name, StringComparer.Ordinal)
            .ToList();
        return Task.FromResult<IReadOnlyList<FileEntry>?>(entries);
    }

    /// <inheritdoc/>
    public Task<bool> Delete(string path, CancellationToken cancel)
    {
        var target = Full(path);
        if (IsLinked(Path.GetDirectoryName(target)!))
            return Task.FromResult(false);
        if (File.Exists(target))
            File.Delete(target);
        else if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        else
            return Task.FromResult(false);
        return Task.FromResult(true);
    }

    // The store makes no links. One that somebody else put there could lead anywhere; the root itself may be one.
    private bool IsLinked(string path)
    {
        for (var at = path; at.Length > _root.Length; at = Path.GetDirectoryName(at)!)
            if (new FileInfo(at) is var entry && (int)entry.Attributes != -1 && entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                return true;
        return false;
    }

    private string Full(string path) => FilePath.IsSafe(path)
        ? Path.Combine(_root, path.Replace('/', Path.DirectorySeparatorChar))
        : throw new ArgumentException("Not a safe relative path.", nameof(path));
}
