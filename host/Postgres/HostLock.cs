using System.Globalization;

namespace Crucible.Host.Postgres;

/// <summary>
/// One live host a folder. The operating system holds the lock (flock, or the share mode on Windows), so it is gone
/// with the process however that ends; the pid inside is only for the sentence.
/// </summary>
internal sealed class HostLock : IDisposable
{
    private readonly FileStream _held;

    private HostLock(FileStream held) => _held = held;

    public static HostLock Take(DataFolder folder)
    {
        // On Unix only FileShare.None takes an exclusive flock; on Windows it would hide the pid from the second host.
        var share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;
        FileStream held;
        try
        {
            held = new FileStream(folder.HostLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
        }
        catch (IOException e) when (IsHeld(e))
        {
            throw new StartupFailure($"Another Crucible ({Holder(folder)}) already uses the data folder {folder.Root}. Stop that one first, or give this one a folder of its own with Crucible__DataPath.");
        }
        try
        {
            held.SetLength(0);
            held.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
            held.Flush(flushToDisk: true);
            return new(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Dispose() => _held.Dispose();

    // EAGAIN on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static string Holder(DataFolder folder)
    {
        try
        {
            // Reading with every share allowed takes no exclusive lock.
            using var file = new FileStream(folder.HostLock, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd().Trim() is { Length: > 0 } pid ? $"process {pid}" : "its process id is not written yet";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "its process id cannot be read";
        }
    }
}
