using System.Formats.Tar;
using Crucible.Files;

namespace Crucible.Host.Backup;

/// <summary>The stored files as one tar, which takes any number of them in constant memory.</summary>
internal static class FileTar
{
    public const string Entry = "files.tar";

    /// <summary>Every file below a folder of the store, in order. One whose name the store itself would not take is told of and left out.</summary>
    public static async IAsyncEnumerable<(string Path, long Length)> Walk(IFileStore files, string folder, Action<string> warn, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var entry in await List(files, folder, warn, cancel))
        {
            var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (!FilePath.IsSafe(path))
                warn($"{path}: no name that Crucible gives to a file; left out.");
            else if (!entry.IsFolder)
                yield return (path, entry.Length);
            else
                await foreach (var inner in Walk(files, path, warn, cancel))
                    yield return inner;
        }
    }

    /// <summary>Writes them all. One that cannot be read is told of and left out.</summary>
    /// <returns>How many.</returns>
    public static async Task<long> Write(IFileStore files, Stream into, Action<string> warn, Action<long> done, CancellationToken cancel)
    {
        long count = 0;
        await using var tar = new TarWriter(into, TarEntryFormat.Pax, leaveOpen: true);
        await foreach (var (path, _) in Walk(files, "", warn, cancel))
        {
            await using var file = await Open(files, path, warn, cancel);
            if (file is null)
                continue;
            var entry = new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = file.Content, ModificationTime = file.Modified, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await tar.WriteEntryAsync(entry, cancel);
            count++;
            done(file.Length);
        }
        return count;
    }

    /// <summary>The files of a tar, one after the other; the content is good until the next.</summary>
    /// <exception cref="BackupFault">An entry is no file, or its name leads elsewhere.</exception>
    public static async IAsyncEnumerable<(string Path, long Length, Stream Content)> Read(Stream from, long count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (count == 0)
            yield break; // a tar of nothing has not even an end
        await using var tar = new TarReader(from, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (entry.EntryType != TarEntryType.RegularFile || !FilePath.IsSafe(entry.Name))
                throw new BackupFault($"The backup holds '{entry.Name}', which is no file of Crucible's.");
            yield return (entry.Name, entry.Length, entry.DataStream ?? Stream.Null);
        }
    }

    private static async Task<IReadOnlyList<FileEntry>> List(IFileStore files, string folder, Action<string> warn, CancellationToken cancel)
    {
        try
        {
            return await files.List(folder, cancel) ?? [];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            warn($"{folder}/: {fault.Message}");
            return [];
        }
    }

    private static async Task<StoredFile?> Open(IFileStore files, string path, Action<string> warn, CancellationToken cancel)
    {
        try
        {
            if (await files.Read(path, cancel) is { } file)
                return file;
            warn($"{path}: gone before it was read.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            warn($"{path}: {fault.Message}");
        }
        return null;
    }
}
