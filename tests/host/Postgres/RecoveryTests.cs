using System.Globalization;
using System.Runtime.Versioning;
using Crucible.Host.Postgres;
using Npgsql;
using static Crucible.Host.Tests.Postgres.StartTests;

namespace Crucible.Host.Tests.Postgres;

[UnsupportedOSPlatform("windows")]
public sealed class RecoveryTests(PreparedFolder prepared)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_server_of_a_killed_host_goes_on_and_is_adopted()
    {
        await using var folder = await prepared.Copy();
        await using var host = await HostProcess.Start(folder.Path);
        var server = Postmaster.Living(folder.Data)!.Pid;
        await host.Kill();
        Assert.Equal(server, Postmaster.Living(folder.Data)?.Pid);

        var said = new List<string>();
        await using (var postgres = await folder.Start(said))
        {
            Assert.True(postgres.Adopted);
            Assert.Contains(said, line => line.Contains(server.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            Assert.Equal("1", await Ask(postgres, "select 1"));
        }
        Assert.Null(Postmaster.Living(folder.Data));
    }

    [Fact]
    public async Task An_adopted_server_takes_new_settings()
    {
        await using var folder = await prepared.Copy();
        await using (var host = await HostProcess.Start(folder.Path))
        {
            await File.AppendAllTextAsync(folder.In("postgres", "postgresql.conf"), "work_mem = 5MB\n", Cancel);
            var pid = Postmaster.Living(folder.Data)!.Pid;
            await Shell.Run("kill", "-HUP", pid.ToString(CultureInfo.InvariantCulture));
        }
        await using var postgres = await folder.Start();
        Assert.True(postgres.Adopted);
        // A reload is a signal: it is heard soon, not at once.
        string memory;
        do
            memory = await Ask(postgres, "show work_mem");
        while (memory != "8MB" && !Cancel.IsCancellationRequested);
        Assert.DoesNotContain("5MB", await File.ReadAllTextAsync(folder.In("postgres", "postgresql.conf"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_terminated_host_stops_its_server()
    {
        await using var folder = await prepared.Copy();
        await using var host = await HostProcess.Start(folder.Path);
        Assert.Equal(0, await host.Terminate());
        Assert.Null(Postmaster.Living(folder.Data));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_the_server_was_killed_with_or_without_its_host_nothing_committed_is_lost(bool hostToo)
    {
        await using var folder = await prepared.Copy();
        await using var host = await HostProcess.Start(folder.Path);
        await using var source = NpgsqlDataSource.Create(Door.ConnectionString(new(folder.In("socket"), 5432), ServerPassword.Read(folder.Data)!));
        await using var busy = await source.OpenConnectionAsync(Cancel);
        await using (var write = new NpgsqlCommand("create table kept (n int); insert into kept select generate_series(1, 1000)", busy))
            await write.ExecuteNonQueryAsync(Cancel);
        if (hostToo)
            await host.Kill();
        await folder.KillServer();
        Assert.True(File.Exists(folder.In("postgres", "postmaster.pid")));
        Assert.True(File.Exists(folder.In("socket", ".s.PGSQL.5432.lock")));
        await host.Kill();

        await using var postgres = await folder.Start();
        Assert.False(postgres.Adopted);
        Assert.Equal("1000", await Ask(postgres, "select count(*) from kept"));
    }

    [Fact]
    public async Task A_killed_servers_number_may_belong_to_another_process_by_now()
    {
        await using var folder = await prepared.Copy();
        await using (await HostProcess.Start(folder.Path))
            await folder.KillServer();
        foreach (var file in new[] { folder.In("postgres", "postmaster.pid"), folder.In("socket", ".s.PGSQL.5432.lock") })
        {
            var lines = await File.ReadAllLinesAsync(file, Cancel);
            lines[0] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            await File.WriteAllTextAsync(file, string.Join('\n', lines) + "\n", Cancel);
        }
        await using var postgres = await folder.Start();
        Assert.Equal("1", await Ask(postgres, "select 1"));
    }

    [Fact]
    public async Task A_kill_while_the_cluster_is_made_leaves_nothing_half_made()
    {
        await using var folder = new TempFolder();
        await HostProcess.KillAt(folder.Path, "Creating the database folder");
        Assert.False(Directory.Exists(folder.Data.Cluster));
        await using var postgres = await folder.Start();
        Assert.Equal("1", await Ask(postgres, "select 1"));
        Assert.Empty(Directory.GetDirectories(folder.Path, "postgres.new-*"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_password_file_is_made_anew_with_or_without_a_server_running(bool running)
    {
        await using var folder = await prepared.Copy();
        if (running)
            await using (await HostProcess.Start(folder.Path))
            {
            }
        Assert.Equal(running, Postmaster.Living(folder.Data) is not null);
        var old = ServerPassword.Read(folder.Data);
        File.Delete(folder.Data.Password);
        var said = new List<string>();
        await using var postgres = await folder.Start(said);
        Assert.Contains(said, line => line.Contains("setting a new password", StringComparison.Ordinal));
        Assert.NotEqual(old, ServerPassword.Read(folder.Data));
        Assert.Equal("1", await Ask(postgres, "select 1"));
    }

    [Fact]
    public async Task A_running_server_whose_socket_was_deleted_is_started_again()
    {
        await using var folder = await prepared.Copy();
        await using (await HostProcess.Start(folder.Path))
            File.Delete(folder.In("socket", ".s.PGSQL.5432"));
        await using var postgres = await folder.Start();
        Assert.False(postgres.Adopted);
        Assert.Equal("1", await Ask(postgres, "select 1"));
    }
}
