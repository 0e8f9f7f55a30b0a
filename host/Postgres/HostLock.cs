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

    public static async Task<HostLock> Take(DataFolder folder, CancellationToken cancel)
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
            throw new StartupFailure($"Another Crucible ({await Holder(folder, cancel).ConfigureAwait(false)}) already uses the data folder {folder.Root}. Stop that one first, or give this one a folder of its own with Crucible__DataPath.");
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

    private static async Task<string> Holder(DataFolder folder, CancellationToken cancel)
    {
        // On Unix the runtime asks for a shared lock even to read, and would not get it; cat does not ask.
        var pid = OperatingSystem.IsWindows() ? ReadShared(folder.HostLock) : (await Command.Run(new("cat", [folder.HostLock]), cancel).ConfigureAwait(false)).Output;
        return int.TryParse(pid, CultureInfo.InvariantCulture, out _) ? $"process {pid}" : "its process id cannot be read";
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }
}
