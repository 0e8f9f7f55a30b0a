using System.Diagnostics;
using System.Runtime.InteropServices;
using Crucible.Host.Postgres;

namespace Crucible.Host.Tests.Postgres;

/// <summary>A host in a process of its own: as much of it as keeps a database.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    public const string Verb = "play-host";
    private const string Ready = "ready ";

    private readonly Process _process;

    private HostProcess(Process process, List<string> said) => (_process, Said) = (process, said);

    public List<string> Said { get; }

    /// <summary>The child's side. SIGTERM ends it the clean way.</summary>
    public static async Task<int> Play(string dataPath)
    {
        var end = new TaskCompletionSource();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            end.TrySetResult();
        });
        try
        {
            var began = Stopwatch.GetTimestamp();
            await using var postgres = await EmbeddedPostgres.Start(dataPath, Console.WriteLine, TimeProvider.System, CancellationToken.None, Environment.GetEnvironmentVariable("PLAY_BINARIES"));
            Console.WriteLine($"{Ready}{Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms, adopted: {postgres.Adopted}");
            await end.Task;
            began = Stopwatch.GetTimestamp();
            await postgres.DisposeAsync();
            Console.WriteLine($"stopped in {Stopwatch.GetElapsedTime(began).TotalMilliseconds:0} ms");
            return 0;
        }
        catch (StartupFailure e)
        {
            Console.WriteLine(e.Message);
            return e.ExitCode;
        }
    }

    public static async Task<HostProcess> Start(string dataPath, params (string Name, string Value)[] environment)
    {
        var process = Launch(dataPath, environment);
        var said = new List<string>();
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
                return new(process, said);
            said.Add(line);
        }
        throw new InvalidOperationException("The host did not come up: " + string.Join('\n', said));
    }

    /// <summary>Starts one and kills it with all it started the moment it says a certain word.</summary>
    public static async Task KillAt(string dataPath, string word)
    {
        using var process = Launch(dataPath);
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (!line.Contains(word, StringComparison.Ordinal))
                continue;
            // initdb has begun when its folder holds something.
            await Until.True(() => Directory.GetDirectories(dataPath, "postgres.new-*").Any(d => Directory.EnumerateFileSystemEntries(d).Any()));
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            return;
        }
        throw new InvalidOperationException($"The host never said '{word}'.");
    }

    /// <summary>kill -9, of the host alone.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<int> Terminate()
    {
        await Shell.Run("kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>Runs one that is expected to refuse.</summary>
    public static async Task<(int ExitCode, string Said)> Refused(string dataPath, params (string Name, string Value)[] environment)
    {
        using var process = Launch(dataPath, environment);
        var said = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        return (process.ExitCode, said);
    }

    private static Process Launch(string dataPath, params (string Name, string Value)[] environment)
    {
        var program = Path.ChangeExtension(typeof(HostProcess).Assembly.Location, null);
        // A strict umask, as on a hardened machine: what the server has to read must be readable all the same.
        var start = new ProcessStartInfo("sh", ["-c", "umask 077; exec \"$0\" \"$@\"", program, Verb, dataPath]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }
}
