using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Crucible.Benchmarks.Client;
using Crucible.Host.People;
using Crucible.Host.Postgres;
using Npgsql;

namespace Crucible.Benchmarks.Processes;

/// <summary>
/// The real host in a process of its own, with a data folder of its own in the temporary folder and its own embedded
/// PostgreSQL, durable as by default. Everything it measures comes in by HTTP; only large sets are written past it.
/// </summary>
internal sealed class Site(string built, CancellationToken cancel) : IAsyncDisposable
{
    /// <summary>Of the user <c>admin</c>.</summary>
    public const string AdminPassword = "seven quiet harbour lanterns";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _folder = MakeFolder();
    private ChildProcess? _process;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>The host's process.</summary>
    public ChildProcess Process => _process ?? throw new InvalidOperationException("The host does not run.");

    /// <summary>Its database, for large sets and for raw COPY.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>How to reach that database, and others of its server.</summary>
    public string ConnectionString => EmbeddedPostgres.Running(DataPath) ?? throw new InvalidOperationException("The host's PostgreSQL does not run.");

    /// <summary>A request header: the admin's API token.</summary>
    public string Bearer { get; private set; } = "";

    /// <summary>A request header: the admin signed in with a browser.</summary>
    public string Cookie { get; private set; } = "";

    /// <summary>The process that all of PostgreSQL's are children of.</summary>
    public int PostmasterPid => int.Parse(File.ReadLines(Path.Combine(DataPath, "postgres", "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Its data folder.</summary>
    public string DataPath => Path.Combine(_folder, "data");

    /// <summary>The first start, which creates the database, and credentials for an admin.</summary>
    public async Task Make()
    {
        await Start();
        var (token, session) = (Secret.NewToken(), Secret.New());
        await using var command = Database.CreateCommand("""
            with admin as (select id, security_stamp from crucible.person where user_name = 'admin'), token as (
                insert into crucible.token (id, person_id, name, hash, prefix, scopes)
                select gen_random_uuid(), id, 'benchmarks', $1, 'crucible_', array['admin'] from admin
            )
            insert into crucible.session (id, person_id, stamp, address, agent, expires_at)
            select $2, id, security_stamp, '127.0.0.1', 'benchmarks', now() + interval '7 days' from admin
            """);
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Secret.Hash(token) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Secret.HashText(session) });
        if (await command.ExecuteNonQueryAsync(cancel) != 1)
            throw new InvalidOperationException("The host has made no admin.");
        (Bearer, Cookie) = ($"Authorization: Bearer {token}", $"Cookie: crucible={session}");
    }

    /// <summary>A fresh process on the same data: no family profits or suffers from the one before.</summary>
    /// <returns>How long it took from the start of the process until it was ready.</returns>
    public async Task<TimeSpan> Restart()
    {
        await Stop();
        return await Start();
    }

    private async Task<TimeSpan> Start()
    {
        Address = FreePort();
        var began = Stopwatch.GetTimestamp();
        _process = new("dotnet", [Path.Combine(built, "Crucible.Host.dll"), "--urls", $"http://{Address}"],
            ("Crucible__DataPath", DataPath), ("Crucible__AdminPassword", AdminPassword), ("Crucible__TrackingPerSecond", "1000000"), ("Crucible__Api__ReadsPerMinute", "1000000"), ("Crucible__Api__ExportsPerMinute", "1000000"));
        while (!await IsReady())
        {
            if (_process.HasEnded || Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"The host did not become ready. It said:\n{_process.Tail}");
            await Task.Delay(5, cancel);
        }
        var took = Stopwatch.GetElapsedTime(began);
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(ConnectionString) { CommandTimeout = 600 });
        return took;
    }

    private async Task Stop()
    {
        if (Database is not null)
            await Database.DisposeAsync();
        if (_process is not null)
            await _process.DisposeAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        Directory.Delete(_folder, recursive: true);
    }

    private async ValueTask<bool> IsReady()
    {
        try
        {
            using var probe = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await probe.ConnectAsync(Address, cancel);
        }
        catch (SocketException)
        {
            return false;
        }
        using var connection = new RawConnection(Address);
        return connection.Send(Request.Get("/healthz/ready")) == 200;
    }

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }

    // As root PostgreSQL runs as another user, who must be able to enter.
    private static string MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("crucible-benchmarks-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return folder;
    }
}
