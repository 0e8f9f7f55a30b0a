using System.Formats.Tar;
using System.IO.Compression;
using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// Unpacks what somebody sent into a folder. Nothing it says of itself is believed: names are checked, bytes are counted as they
/// come, and links are never made.
/// </summary>
internal sealed class Unpack(string folder, ImportLimits limits, Report report)
{
    private const long NeverABomb = 50 << 20;
    private static readonly string[] Devices = ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"com{n}", $"lpt{n}" })];

    private long _packed;
    private long _bytes;
    private long _files;

    public static bool IsZip(string name) => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);

    public static bool IsTar(string name) => name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);

    /// <summary>Unpacks all of it.</summary>
    /// <exception cref="ImportFault">It is no archive, or holds more than the limits let in.</exception>
    public async Task Run(Stream archive, string name, CancellationToken cancel)
    {
        _packed = Math.Max(1, archive.Length);
        try
        {
            if (IsZip(name))
                await Zip(archive, cancel);
            else
                await Tar(name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) ? archive : new GZipStream(archive, CompressionMode.Decompress), cancel);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw new ImportFault("This is no whole archive: it is damaged or was cut off. Pack it again and send it whole.");
        }
    }

    private async Task Zip(Stream archive, CancellationToken cancel)
    {
        using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
        foreach (var entry in zip.Entries)
        {
            if (entry.FullName.EndsWith('/'))
                continue;
            // The upper half holds the mode of a Unix file; a link has its target as content.
            if ((entry.ExternalAttributes >> 16 & 0xF000) == 0xA000)
                report.Refuse(entry.FullName, 0, "This is a link, which is not followed.", "Put what it leads to in its place.");
            else
                await Take(entry.FullName, entry.Open, cancel);
        }
    }

    private async Task Tar(Stream content, CancellationToken cancel)
    {
        await using var tar = new TarReader(content, leaveOpen: true);
        while (await tar.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile)
                await Take(entry.Name, () => entry.DataStream ?? Stream.Null, cancel);
            else if (entry.EntryType is not (TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes))
                report.Refuse(entry.Name, 0, "This is a link or a device, which is not followed.", "Put what it leads to in its place.");
    }

    private async Task Take(string name, Func<Stream> open, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        if (++_files > limits.MostImportFiles)
            throw new ImportFault($"The archive holds more than {limits.MostImportFiles:N0} files, which is the most this server takes (MostImportFiles).");
        var trimmed = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        if (Problem(trimmed) is { } problem)
        {
            report.Refuse(name, 0, problem, "Pack the folder again with relative paths.");
            return;
        }
        var target = Path.Combine(folder, trimmed.Replace('/', Path.DirectorySeparatorChar));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            await using var content = open();
            await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
            await Copy(content, file, cancel);
        }
        catch (Exception fault) when (fault is UnauthorizedAccessException or PathTooLongException || fault is IOException && (File.Exists(target) || Directory.Exists(target) || !Directory.Exists(Path.GetDirectoryName(target))))
        {
            report.Refuse(name, 0, "A file or folder of this name came before.", "The first one was taken.");
        }
    }

    private static string? Problem(string name)
    {
        if (!ArtifactPath.TryRead(name, out _, out var refusal))
            return refusal;
        return OperatingSystem.IsWindows() && name.Split('/').Any(s => Devices.Contains(s.Split('.')[0].ToLowerInvariant()) || s[^1] is '.' or ' ' || s.IndexOfAny(['<', '>', ':', '"', '|', '?', '*']) >= 0)
            ? "This machine cannot have a file of this name."
            : null;
    }

    private async Task Copy(Stream from, Stream to, CancellationToken cancel)
    {
        var buffer = new byte[81_920];
        int read;
        while ((read = await from.ReadAsync(buffer, cancel)) > 0)
        {
            _bytes += read;
            if (_bytes > limits.LargestUnpacked)
                throw new ImportFault($"The archive holds more than {limits.LargestUnpacked:N0} bytes, which is the most this server takes (LargestUnpacked).");
            if (_bytes > NeverABomb && _bytes / _packed >= limits.MostGrowth)
                throw new ImportFault($"The archive grows more than {limits.MostGrowth}-fold, as those do that are made to fill a disk (MostGrowth).");
            await to.WriteAsync(buffer.AsMemory(0, read), cancel);
        }
    }
}
