using System.Globalization;

namespace Crucible.Host.Tests.Postgres;

/// <summary>A small disk of its own under a path, where this user may mount one.</summary>
internal sealed class TempDisk : IAsyncDisposable
{
    private readonly string _path;

    private TempDisk(string path) => _path = path;

    /// <summary>Null when mounting is not permitted.</summary>
    public static async Task<TempDisk?> Mount(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        return Environment.IsPrivilegedProcess && await Shell.Try("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=755"), "tmpfs", path)
            ? new(path)
            : null;
    }

    public Task MakeReadOnly() => Shell.Run("mount", "-o", "remount,ro", _path);

    public void Fill()
    {
        using var file = new FileStream(Path.Combine(_path, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
                file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public async ValueTask DisposeAsync() => await Shell.Run("umount", _path);
}
