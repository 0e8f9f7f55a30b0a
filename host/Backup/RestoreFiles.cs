using Crucible.Files;

namespace Crucible.Host.Backup;

/// <summary>
/// Puts the files of a backup into a store. A file that is there with the same content is no conflict: each appears whole or not
/// at all, so after a kill in the middle the same restore goes on.
/// </summary>
/// <param name="archive">The backup.</param>
/// <param name="files">Where they go; null only to read them.</param>
internal sealed class RestoreFiles(ArchiveReader archive, IFileStore? files)
{
    private bool _wasEmpty;

    /// <summary>Reads the whole tar before anything is written.</summary>
    /// <exception cref="BackupFault">The store holds something else under one of the names, or a name leads elsewhere.</exception>
    public async Task Check(CancellationToken cancel)
    {
        _wasEmpty = files is null || await files.List("", cancel) is null or { Count: 0 };
        long count = 0;
        await archive.Take(archive.Manifest.Files.Data, async from =>
        {
            await foreach (var (path, length, content) in FileTar.Read(from, archive.Manifest.Files.Count, cancel))
            {
                count++;
                if (!_wasEmpty && !await IsFree(files!, path, length, content, cancel))
                    throw new BackupFault($"The stored files are not empty: {path} is there with other content. Choose a data folder without files (Crucible__DataPath).");
            }
        });
        if (count != archive.Manifest.Files.Count)
            throw new BackupFault($"The backup names {archive.Manifest.Files.Count} files and holds {count}.");
    }

    public async Task Write(Report report, CancellationToken cancel)
    {
        double done = 0;
        try
        {
            await archive.Take(archive.Manifest.Files.Data, async from =>
            {
                await foreach (var (path, length, content) in FileTar.Read(from, archive.Manifest.Files.Count, cancel))
                {
                    if (await files!.Write(path, content, length, cancel) != FileWrite.Kept)
                        throw new BackupFault($"The file {path} could not be stored: something else has its place.");
                    report(done += length, archive.Manifest.Files.Data.Bytes, "files");
                }
            });
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BackupFault($"The files could not be stored: {fault.Message} Nothing was restored.", fault);
        }
    }

    /// <summary>Takes back what was written, where all that is there was; else it stays for the next attempt.</summary>
    public async Task Undo()
    {
        if (!_wasEmpty || files is null)
            return;
        foreach (var entry in await files.List("", CancellationToken.None) ?? [])
            await files.Delete(entry.Name, CancellationToken.None);
    }

    private static async Task<bool> IsFree(IFileStore files, string path, long length, Stream content, CancellationToken cancel)
    {
        await using var present = await files.Read(path, cancel);
        if (present is null)
            return await files.List(path, cancel) is null;
        return present.Length == length && await Same(present.Content, content, cancel);
    }

    private static async Task<bool> Same(Stream one, Stream other, CancellationToken cancel)
    {
        var (a, b) = (new byte[1 << 16], new byte[1 << 16]);
        while (true)
        {
            var read = await one.ReadAtLeastAsync(a, a.Length, throwOnEndOfStream: false, cancel);
            var same = await other.ReadAtLeastAsync(b, b.Length, throwOnEndOfStream: false, cancel);
            if (read != same || !a.AsSpan(0, read).SequenceEqual(b.AsSpan(0, same)))
                return false;
            if (read == 0)
                return true;
        }
    }
}
