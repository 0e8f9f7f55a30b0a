using System.Diagnostics;
using Crucible.Host.Postgres;

namespace Crucible.Host.Tests.Postgres;

/// <summary>A data path with a short name. When it goes, so does a server that a failed test left on it.</summary>
internal sealed class TempFolder : IAsyncDisposable
{
    public string Path { get; } = System.IO.Path.Combine("/tmp", "cr-" + System.IO.Path.GetRandomFileName()[..8]);

    public DataFolder Data => new(Path);

    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public Task<EmbeddedPostgres> Start(List<string>? said = null, string? binaries = null, bool? sockets = null) =>
        EmbeddedPostgres.Start(Path, said is null ? _ => { }
    : said.Add, TimeProvider.System, TestContext.Current.CancellationToken, binaries, sockets);

    public async Task<StartupFailure> Refusal(string? binaries = null)
    {
        var began = Stopwatch.GetTimestamp();
        var refusal = await Assert.ThrowsAsync<StartupFailure>(async () =>
        {
            await using var postgres = await Start(binaries: binaries);
        });
        Assert.NotEqual(0, refusal.ExitCode);
        Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds < 30);
        return refusal;
    }

    /// <summary>kill -9 of the server process, whose children then find themselves alone.</summary>
    public async Task KillServer()
    {
        var pid = Postmaster.Living(Data)!.Pid;
        using var server = Process.GetProcessById(pid);
        server.Kill();
        await Until.True(() => LiveProcess.NameOf(pid) is null);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Path) && Postmaster.Living(Data) is not null)
            await KillServer();
        // The orphans of a killed server may still be writing their farewell.
        await Until.True(() => !Directory.Exists(Path) || Deleted());
    }

    private bool Deleted()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
