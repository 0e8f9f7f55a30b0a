using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace Crucible.Host.Postgres;

/// <summary>Whoever else holds our socket path. Asked only while no server of ours lives.</summary>
internal static class SocketHolder
{
    public static async Task Refuse(Endpoint at, DataFolder folder, CancellationToken cancel)
    {
        if (!at.IsSocket)
            return; // A port is asked for anew at each start.
        RefuseLock(at.SocketFile + ".lock", folder);
        if (await Listens(at.SocketFile, cancel).ConfigureAwait(false) is { } who)
            throw new StartupFailure($"Another program ({who}) listens on {at.SocketFile}, where Crucible's PostgreSQL has to. Stop that program, or set Crucible__DataPath to a folder of Crucible's own.");
    }

    private static void RefuseLock(string file, DataFolder folder)
    {
        if (!File.Exists(file))
            return;
        var lines = File.ReadAllLines(file);
        if (lines.Length < 2 || !int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid))
            return; // PostgreSQL says itself what it thinks of that.
        if (lines[1] == folder.Cluster)
            File.Delete(file); // Our server is dead, and its number may be another process's by now.
        else if (LiveProcess.NameOf(Math.Abs(pid)) is { } name)
            throw new StartupFailure($"The lock file {file} belongs to process {Math.Abs(pid)} ({name}), which works on {lines[1]}. Stop that process, or delete the lock file if it is a stray copy, or set Crucible__DataPath to a folder of Crucible's own.");
    }

    private static async Task<string?> Listens(string file, CancellationToken cancel)
    {
        if (!File.Exists(file))
            return null;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(file), cancel).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return null;
        }
        return PeerOf(socket) is { } pid ? $"process {pid.ToString(CultureInfo.InvariantCulture)}, {LiveProcess.NameOf(pid)}" : "its process is unknown";
    }

    private static int? PeerOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> credentials = stackalloc byte[12]; // struct ucred: pid, uid, gid
        const int SolSocket = 1, SoPeerCred = 17;
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        return BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt32LittleEndian(credentials) : BinaryPrimitives.ReadInt32BigEndian(credentials);
    }
}
