using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Crucible.Host.Postgres;

/// <summary>Where the server listens: a folder with its socket, or a loopback address with a port.</summary>
internal sealed record Endpoint(string Host, int Port)
{
    // sun_path holds 108 bytes with its final zero on Linux and 104 on macOS.
    private static readonly int LongestSocketPath = OperatingSystem.IsMacOS() ? 103 : 107;

    public bool IsSocket => Path.IsPathRooted(Host);
    public string SocketFile => Path.Combine(Host, $".s.PGSQL.{Port.ToString(CultureInfo.InvariantCulture)}");
    public override string ToString() => IsSocket ? SocketFile : $"{Host}:{Port}";

    public static async Task<Endpoint> Prepare(DataFolder folder, ServerAccount account, bool sockets, CancellationToken cancel)
    {
        if (!sockets)
            return Loopback();
        foreach (var home in SocketFolders(folder))
        {
            var endpoint = new Endpoint(home, 5432);
            if (Encoding.UTF8.GetByteCount(endpoint.SocketFile) > LongestSocketPath)
                continue;
            if (home != folder.Socket)
                await MustBeOurs(home, account, cancel).ConfigureAwait(false);
            await account.Own(home, cancel).ConfigureAwait(false);
            return endpoint;
        }
        return Loopback();
    }

    /// <summary>A free port, asked for anew at each start: a port kept in a file may be somebody else's tomorrow.</summary>
    public static Endpoint Loopback()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
    }

    private static IEnumerable<string> SocketFolders(DataFolder folder)
    {
        yield return folder.Socket;
        var name = "crucible-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder.Root)).AsSpan(0, 8));
        yield return Path.Combine(Path.GetTempPath(), name);
        yield return Path.Combine("/tmp", name);
    }

    // The temporary folder is everybody's and the name can be guessed: whoever made it first could listen in it.
    private static async Task MustBeOurs(string home, ServerAccount account, CancellationToken cancel)
    {
        var there = new DirectoryInfo(home);
        if (!there.Exists && !File.Exists(home))
            return;
        const UnixFileMode Others = (UnixFileMode)0b111_111;
        var owner = await ServerAccount.OwnerOf(home, cancel).ConfigureAwait(false);
        if (there.LinkTarget is not null || !there.Exists || (there.UnixFileMode & Others) != 0 || (owner != account.Shown && owner != "root"))
            throw new StartupFailure($"The folder {home}, where PostgreSQL's socket has to lie because the data path is too long for it, belongs to somebody else (owner {owner}) or is open to others. Delete it, or set Crucible__DataPath to a shorter path.");
    }
}
