using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Crucible.Testing;

/// <summary>
/// Crucible in a process of its own with its own embedded database, so that it can be killed and started again. The
/// address stays the same over restarts, as it does for a page that waits.
/// </summary>
public sealed class OwnHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("crucible-own-").FullName;
    private Process? _process;

    private readonly (string Name, string Value)[] _settings;

    private OwnHost(int port, (string Name, string Value)[] settings) => (Url, _settings) = ($"http://127.0.0.1:{port}", settings);

    /// <summary>Password of the user <c>admin</c>.</summary>
    public const string Password = "nine patient winter bridges";

    /// <summary>Where it serves.</summary>
    public string Url { get; }

    /// <summary>What it wrote to the console since its last start.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Starts one and waits until it is ready.</summary>
    /// <param name="settings">Environment variables; with <c>ConnectionStrings__Crucible</c> it shares a world's database instead of having its own.</param>
    public static async Task<OwnHost> Start(params (string Name, string Value)[] settings)
    {
        var host = new OwnHost(FreePort(), settings);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(host._folder, (UnixFileMode)0b111_101_101);
        await host.Launch();
        return host;
    }

    /// <summary>Starts it again after <see cref="Kill"/>.</summary>
    public async Task Launch()
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(TestServer.BuiltPlugins, "..", "Crucible.Host.dll"), "--urls", Url },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Crucible__DataPath"] = _folder;
        start.Environment["Crucible__AdminPassword"] = Password;
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        lock (Said)
            Said.Clear();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Hear;
        _process.ErrorDataReceived += Hear;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Ready();
    }

    /// <summary>kill -9: no chance to say goodbye.</summary>
    public async Task Kill()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>The pid of its PostgreSQL, to be killed too.</summary>
    public int DatabasePid => int.Parse(File.ReadLines(Path.Combine(_folder, "postgres", "postmaster.pid")).First());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            // The polite way, which also stops its database.
            using (var term = Process.Start("kill", ["-TERM", _process.Id.ToString()]))
                await term.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private void Hear(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null)
            lock (Said)
                Said.Add(line.Data);
    }

    private async Task Ready()
    {
        using var patience = new CancellationTokenSource(Patience);
#pragma warning disable RS0030 // a test is a client from outside
        using var client = new HttpClient();
#pragma warning restore RS0030
        while (true)
            try
            {
                using var response = await client.GetAsync(Url + "/healthz/ready", patience.Token);
                if (response.StatusCode == HttpStatusCode.OK)
                    return;
            }
            catch (HttpRequestException) when (!_process!.HasExited)
            {
                await Task.Delay(50, patience.Token);
            }
            catch (Exception fault)
            {
                lock (Said)
                    throw new InvalidOperationException($"The host did not become ready. It said:\n{string.Join('\n', Said)}", fault);
            }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
