using System.Net.Sockets;

namespace Crucible.Host.Postgres;

/// <summary>
/// The host's own PostgreSQL. One host a folder holds the lock; under it the server is found running (a host was
/// killed and left it) and taken over, or started, or first made. Then nobody but the host starts or stops it.
/// </summary>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(10);
    // After a kill -9 of the server its children hold the shared memory until they notice.
    private static readonly TimeSpan PatienceWithOrphans = TimeSpan.FromSeconds(10);

    private readonly Server _server;
    private readonly HostLock _lock;
    private readonly DataFolder _folder;
    private readonly Action<string> _progress;
    private readonly ITimer _tidy;
    private int _stopped;

    private EmbeddedPostgres(Server server, HostLock held, DataFolder folder, Action<string> progress, TimeProvider time, string connectionString, bool adopted)
    {
        (_server, _lock, _folder, _progress, ConnectionString, Adopted) = (server, held, folder, progress, connectionString, adopted);
        _tidy = time.CreateTimer(_ => server.Log.Trim(), null, TidyEvery, TidyEvery);
    }

    /// <summary>To the database crucible, as the role that owns it.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether a server that an earlier host had left was taken over.</summary>
    public bool Adopted { get; }

    /// <summary>How to reach the server that another process runs on this folder; null when none runs.</summary>
    public static string? Running(string dataPath)
    {
        var folder = new DataFolder(dataPath);
        return Postmaster.Living(folder) is { At: { } at } && ServerPassword.Read(folder) is { } password ? Door.ConnectionString(at, password) : null;
    }

    /// <summary>Returns when the server accepts connections.</summary>
    /// <param name="dataPath">The folder of everything, see <see cref="DataPath"/>.</param>
    /// <param name="progress">Lines for the person who waits.</param>
    /// <param name="time">The clock of all waiting.</param>
    /// <param name="cancel">Gives up; what was started is stopped.</param>
    /// <param name="binaries">Crucible:PostgresBinaries: a folder, the word npm, or nothing.</param>
    /// <param name="sockets">Whether to listen on a Unix socket; by default wherever there are any.</param>
    /// <exception cref="StartupFailure">Anything the person at the console can mend.</exception>
    public static async Task<EmbeddedPostgres> Start(
        string dataPath, Action<string> progress, TimeProvider time, CancellationToken cancel, string? binaries = null, bool? sockets = null)
    {
        var folder = new DataFolder(dataPath);
        HostLock? held = null;
        try
        {
            folder.Create();
            held = await HostLock.Take(folder, cancel).ConfigureAwait(false);
            var account = await ServerAccount.For(folder, cancel).ConfigureAwait(false);
            await account.MustReach(folder, cancel).ConfigureAwait(false);
            var at = await Endpoint.Prepare(folder, account, sockets ?? (Socket.OSSupportsUnixDomainSockets && !OperatingSystem.IsWindows()), cancel).ConfigureAwait(false);
            var chosen = await BinariesChoice.For(binaries, folder, at, progress, time, cancel).ConfigureAwait(false);
            var server = new Server(chosen, account, folder, time);
            var (connectionString, adopted) = await Adopt(server, folder, at, progress, cancel).ConfigureAwait(false) is { } found
                ? (found, true)
                : (await Launch(server, new(chosen, account, folder), account, folder, at, progress, time, cancel).ConfigureAwait(false), false);
            return new(server, held, folder, progress, time, connectionString, adopted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartupFailure)
        {
            held?.Dispose();
            throw Diagnosis.Of(e, folder);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server and lets go of the folder, within forty seconds and some.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;
        await _tidy.DisposeAsync().ConfigureAwait(false);
        if (!await _server.Stop().ConfigureAwait(false))
            _progress($"PostgreSQL (process {Postmaster.Living(_folder)?.Pid}) does not end. It keeps {_folder.Cluster}; the next start takes it over.");
        _lock.Dispose();
    }

    private static async Task<string?> Adopt(Server server, DataFolder folder, Endpoint at, Action<string> progress, CancellationToken cancel)
    {
        if (Postmaster.Living(folder) is not { } running)
            return null;
        if (ServerPassword.Read(folder) is { } password && await server.Wait(running.At ?? at, password, null, progress, cancel).ConfigureAwait(false) == Answer.Ready)
        {
            progress($"PostgreSQL is running already (process {running.Pid}, left by an earlier Crucible); it goes on.");
            if (Settings.Write(folder.Cluster, folder, running.At ?? at))
                await server.Reload(cancel).ConfigureAwait(false);
            return Door.ConnectionString(running.At ?? at, password);
        }
        progress($"PostgreSQL is running already (process {running.Pid}), but does not let Crucible in; starting it again.");
        if (!await server.Stop().ConfigureAwait(false))
            throw new StartupFailure($"PostgreSQL (process {running.Pid}) runs on {folder.Cluster}, does not let Crucible in and does not end. End that process (kill -QUIT {running.Pid}) and start again.");
        return null;
    }

    private static async Task<string> Launch(
        Server server, Cluster cluster, ServerAccount account, DataFolder folder, Endpoint at, Action<string> progress, TimeProvider time, CancellationToken cancel)
    {
        var password = await Open(cluster, account, folder, at, progress, cancel).ConfigureAwait(false);
        var began = time.GetTimestamp();
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                await SocketHolder.Refuse(at, folder, cancel).ConfigureAwait(false);
                Settings.Write(folder.Cluster, folder, at);
                if (await server.Start(at, password, progress, cancel).ConfigureAwait(false) is not { } said)
                    return Door.ConnectionString(at, password);
                // A pg_ctl that outlived its killed host may have been first.
                if (Postmaster.Living(folder) is not null && await Adopt(server, folder, at, progress, cancel).ConfigureAwait(false) is { } found)
                    return found;
                if (said.Contains("pre-existing shared memory block", StringComparison.Ordinal) && time.GetElapsedTime(began) < PatienceWithOrphans)
                    await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancel).ConfigureAwait(false);
                else if (!at.IsSocket && said.Contains("could not bind", StringComparison.Ordinal) && attempt < 5)
                    at = Endpoint.Loopback(); // Somebody took the port between our look and the server's.
                else
                    throw Diagnosis.Of("PostgreSQL did not start", said, folder, account);
            }
        }
        catch
        {
            await server.Stop().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A cluster that is there, private to its account, and whose password we know.</summary>
    private static async Task<string> Open(Cluster cluster, ServerAccount account, DataFolder folder, Endpoint at, Action<string> progress, CancellationToken cancel)
    {
        var password = ServerPassword.Read(folder) ?? ServerPassword.Make();
        if (folder.Major is null)
        {
            progress($"Creating the database folder {folder.Cluster} …");
            ServerPassword.Keep(folder, password);
            await cluster.Create(password, at, cancel).ConfigureAwait(false);
            return password;
        }
        await account.Own(folder.Cluster, cancel).ConfigureAwait(false);
        Postmaster.ForgetDead(folder);
        if (ServerPassword.Read(folder) is null)
        {
            progress($"The file {folder.Password} is missing; setting a new password.");
            await cluster.SetPassword(password, cancel).ConfigureAwait(false);
            ServerPassword.Keep(folder, password);
        }
        return password;
    }
}
