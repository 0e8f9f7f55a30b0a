using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;

namespace Crucible.Host.Backup;

/// <summary>
/// Writes a backup: a zip that any tool opens, whose comment ends with the SHA-256 of the whole file. It grows under another
/// name and gets its own only when all of it is on disk, so a full disk or a kill leaves nothing that looks like a backup.
/// It holds keys and hashes of passwords, so only its owner may read it.
/// </summary>
internal sealed class ArchiveWriter : IAsyncDisposable
{
    public const string Unfinished = ".partial";
    public const string Seal = "Crucible backup, SHA-256 with zeros in its own place: ";
    public static readonly string Blank = new('0', 64);

    // Enough to let PostgreSQL go on while a block is compressed, and no more.
    private static readonly PipeOptions Between = new(pauseWriterThreshold: 4 << 20, resumeWriterThreshold: 2 << 20, minimumSegmentSize: 128 << 10, useSynchronizationContext: false);

    private readonly string _target;
    private readonly FileStream _file;
    private readonly SealingStream _sealing;
    private readonly ZipArchive _zip;
    private bool _finished;

    private ArchiveWriter(string target, FileStream file)
    {
        (_target, _file) = (target, file);
        _sealing = new(file);
        _zip = new(_sealing, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8) { Comment = Seal + Blank };
    }

    /// <exception cref="BackupFault">There is such a file already, or it cannot be made there.</exception>
    public static ArchiveWriter Create(string target)
    {
        if (File.Exists(target) || Directory.Exists(target))
            throw new BackupFault($"{target} is there already. Name another file, or move that one away.");
        try
        {
            var partial = target + Unfinished;
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 1 << 16 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            File.Delete(partial); // Left by a kill; a file that exists would keep its mode.
            return new(target, new(partial, options));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(target, fault);
        }
    }

    /// <summary>Adds what <paramref name="fill"/> writes. Compressing goes on beside it.</summary>
    public async Task<Part> Add(string entry, Func<Stream, Task> fill, CancellationToken cancel)
    {
        var pipe = new Pipe(Between);
        var packing = Task.Run(() => Pack(entry, pipe.Reader, cancel), cancel);
        await using var content = new SealingStream(pipe.Writer.AsStream(leaveOpen: true));
        try
        {
            await fill(content);
            await pipe.Writer.CompleteAsync();
        }
        catch (Exception fault)
        {
            await pipe.Writer.CompleteAsync(fault);
            await packing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (packing is { IsFaulted: true, Exception.InnerException: BackupFault full })
                throw full;
            throw;
        }
        await packing;
        return new(entry, content.Position, content.Seal());
    }

    /// <summary>Adds the manifest, seals the file, and gives it its name.</summary>
    public async Task Finish(Manifest manifest, CancellationToken cancel)
    {
        await Add(Manifest.Entry, content => JsonSerializer.SerializeAsync(content, manifest, Manifest.Json, cancel), cancel);
        try
        {
            _zip.Dispose();
            await _sealing.FlushAsync(cancel);
            _file.Position = _file.Length - Blank.Length;
            _file.Write(Encoding.ASCII.GetBytes(_sealing.Seal()));
            _file.Flush(flushToDisk: true);
            await _file.DisposeAsync();
            File.Move(_target + Unfinished, _target);
            _finished = true;
        }
        catch (IOException fault)
        {
            throw Unwritable(_target, fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_finished)
            return;
        try
        {
            await _file.DisposeAsync();
        }
        catch (IOException)
        {
            // The disk is full, which has been told.
        }
        File.Delete(_target + Unfinished);
    }

    private async Task Pack(string entry, PipeReader from, CancellationToken cancel)
    {
        try
        {
            await using var into = _zip.CreateEntry(entry, CompressionLevel.Fastest).Open();
            await from.CopyToAsync(into, cancel);
            await from.CompleteAsync();
        }
        catch (IOException fault)
        {
            var told = Unwritable(_target, fault);
            await from.CompleteAsync(told);
            throw told;
        }
        catch (Exception fault)
        {
            await from.CompleteAsync(fault);
            throw;
        }
    }

    private static BackupFault Unwritable(string target, Exception fault) => new(fault switch
    {
        // ENOSPC, EDQUOT (Linux, macOS), ERROR_DISK_FULL
        IOException { HResult: 28 or 122 or 69 or unchecked((int)0x80070070) } => $"There is not enough room for {target}. Nothing was kept of it. Free some space, or name a file on a larger disk.",
        DirectoryNotFoundException => $"There is no folder {Path.GetDirectoryName(Path.GetFullPath(target))}. Make it, or name another file.",
        UnauthorizedAccessException or IOException { HResult: 30 } => $"{target} cannot be written by the user {Environment.UserName}. Name a file in a folder that this user may write to.",
        _ => $"{target} could not be written: {fault.Message}",
    }, fault);
}
