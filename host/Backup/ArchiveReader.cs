using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Crucible.Host.Backup;

/// <summary>An opened backup whose every byte is known to be as it was written. That finds damage; it is no signature.</summary>
internal sealed class ArchiveReader : IAsyncDisposable
{
    private const int LongestManifest = 256 << 20;
    private readonly FileStream _file;
    private readonly ZipArchive _zip;

    private ArchiveReader(FileStream file, ZipArchive zip, Manifest manifest) => (_file, _zip, Manifest) = (file, zip, manifest);

    public Manifest Manifest { get; }

    public long Length => _file.Length;

    /// <summary>Reads the file once from end to end before it believes a word of it.</summary>
    /// <exception cref="BackupFault">It is no backup, or damaged, or of a newer kind.</exception>
    public static async Task<ArchiveReader> Open(string path, Report report, CancellationToken cancel)
    {
        var file = OpenFile(path);
        try
        {
            await CheckSeal(file, report, cancel);
            return Read(file);
        }
        catch (Exception fault) when (fault is InvalidDataException or JsonException or IOException)
        {
            await file.DisposeAsync();
            throw new BackupFault($"{path} cannot be read as a backup: {fault.Message}", fault);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Its manifest alone, unchecked, for a listing; null when there is none to be read.</summary>
    public static async Task<Manifest?> Peek(string path)
    {
        try
        {
            await using var archive = Read(OpenFile(path));
            return archive.Manifest;
        }
        catch (Exception fault) when (fault is BackupFault or InvalidDataException or JsonException or IOException)
        {
            return null;
        }
    }

    /// <summary>Hands the bytes of a part to <paramref name="read"/> and then compares their hash.</summary>
    public async Task Take(Part part, Func<Stream, Task> read)
    {
        var entry = _zip.GetEntry(part.Entry) ?? throw new BackupFault($"The backup lacks its part {part.Entry}.");
        await using var content = new SealingStream(entry.Open());
        await read(content);
        await content.CopyToAsync(Stream.Null); // what a reader left, such as the padding of a tar
        if (content.Position != part.Bytes || content.Seal() != part.Sha256)
            throw new BackupFault($"The part {part.Entry} of the backup is not what was written.");
    }

    public async ValueTask DisposeAsync()
    {
        _zip.Dispose();
        await _file.DisposeAsync();
    }

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete, BufferSize = 1 << 16 });
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BackupFault($"There is no file {path}.", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new BackupFault($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    private static async Task CheckSeal(FileStream file, Report report, CancellationToken cancel)
    {
        var seal = new byte[ArchiveWriter.Seal.Length + ArchiveWriter.Blank.Length];
        var body = file.Length - seal.Length;
        if (body <= 0)
            throw NoBackup(file);
        file.Position = body;
        await file.ReadExactlyAsync(seal, cancel);
        var words = Encoding.ASCII.GetString(seal);
        if (!words.StartsWith(ArchiveWriter.Seal, StringComparison.Ordinal))
            throw NoBackup(file);

        file.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (long done = 0; done < body;)
        {
            var read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, body - done)), cancel);
            if (read == 0)
                throw new BackupFault($"{file.Name} became shorter while it was read.");
            hash.AppendData(buffer, 0, read);
            report(done += read, body, "checking the file");
        }
        hash.AppendData(Encoding.ASCII.GetBytes(ArchiveWriter.Seal + ArchiveWriter.Blank));
        if (Convert.ToHexStringLower(hash.GetHashAndReset()) != words[ArchiveWriter.Seal.Length..])
            throw new BackupFault($"{file.Name} is damaged: it does not have the SHA-256 that was written with it. Use another copy of it, or an older backup.");
        file.Position = 0;
    }

    private static BackupFault NoBackup(FileStream file)
    {
        var head = new byte[4];
        file.Position = 0;
        return file.ReadAtLeast(head, 4, throwOnEndOfStream: false) == 4 && head.AsSpan().SequenceEqual("PK\u0003\u0004"u8)
            ? new($"{file.Name} lacks the end that every backup of Crucible has: it was cut off, or another program made it. Use another copy of it, or an older backup.")
            : new($"{file.Name} is no backup of Crucible.");
    }

    private static ArchiveReader Read(FileStream file)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new(file, ZipArchiveMode.Read, leaveOpen: false, Encoding.UTF8);
            var entry = zip.GetEntry(Manifest.Entry) ?? throw new BackupFault($"{file.Name} has no {Manifest.Entry}; it is no backup of Crucible.");
            if (entry.Length > LongestManifest)
                throw new BackupFault($"The {Manifest.Entry} of {file.Name} is longer than any that Crucible writes.");
            using var content = entry.Open();
            using var text = JsonDocument.Parse(content);
            // These two are read first: everything else may look different in a newer one.
            if (!text.RootElement.TryGetProperty("product", out var product) || product.ValueKind != JsonValueKind.String || product.GetString() != Manifest.OurProduct
                || !text.RootElement.TryGetProperty("format", out var format) || !format.TryGetInt32(out var number))
                throw new BackupFault($"{file.Name} is no backup of Crucible.");
            if (number > Manifest.NewestFormat)
                throw new BackupFault($"{file.Name} was made by a newer Crucible, in form {number}; this one reads up to {Manifest.NewestFormat}. Restore it with that Crucible.");
            return new(file, zip, text.Deserialize<Manifest>(Manifest.Json) ?? throw new BackupFault($"{file.Name} has an empty {Manifest.Entry}."));
        }
        catch
        {
            zip?.Dispose();
            file.Dispose();
            throw;
        }
    }
}
