using System.Diagnostics;
using System.Globalization;
using Crucible.Testing;

namespace Crucible.Host.Tests.Jobs;

/// <summary>A further host on a world's database, in a process of its own that can be killed.</summary>
internal sealed class OtherHost : IAsyncDisposable
{
    private readonly Process _process;

    private OtherHost(Process process) => _process = process;

    public static async Task<OtherHost> Start(JobWorld world, string node)
    {
        var plugins = await world.PluginsPath();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Combine(TestServer.BuiltPlugins, "..", "Crucible.Host.dll"), "--urls", "http://127.0.0.1:0", $"--ConnectionStrings:Crucible={world.ConnectionString}",
            $"--Crucible:PluginsPath={plugins}", $"--Crucible:DataPath={TestServer.NewFolder()}", "--Crucible:LogLevel=Fatal", .. world.JobSettings.Where(s => !s.Contains(":Node=")).Select(s => "--" + s), $"--Crucible:Jobs:Node={node}"])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
            if (line.StartsWith("Crucible is ready", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync(); // a full pipe would hold it up
                return new(process);
            }
        throw new InvalidOperationException("The other host did not start.");
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for its goodbye.</summary>
    public async Task Stop()
    {
        using (var term = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await term.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await Kill();
        _process.Dispose();
    }
}
