using System.Globalization;
using System.Runtime.Versioning;
using Crucible.Host.Postgres;
using Npgsql;

namespace Crucible.Host.Tests.Postgres;

[UnsupportedOSPlatform("windows")]
public sealed class StartTests(PreparedFolder prepared)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void The_first_start_says_what_it_makes() =>
        Assert.Contains(prepared.Said, line => line.StartsWith("Creating the database folder ", StringComparison.Ordinal));

    [Fact]
    public async Task The_database_belongs_to_a_role_that_is_no_superuser()
    {
        await using var folder = await prepared.Copy();
        await using var postgres = await folder.Start();
        Assert.Equal("crucible/crucible/off/UTF8", await Ask(postgres, """
            select concat_ws('/', current_database(), pg_get_userbyid(datdba), current_setting('is_superuser'), pg_encoding_to_char(encoding))
            from pg_database where datname = current_database()
            """));
        Assert.Equal("éÉ", await Ask(postgres, "create table t (n text); insert into t values ('éÉ'); select min(n) from t"));
    }

    [Fact]
    public async Task Settings_are_ours_again_at_each_start_and_the_administrators_file_has_the_last_word()
    {
        await using var folder = await prepared.Copy();
        await File.AppendAllTextAsync(folder.In("postgres", "postgresql.conf"), "fsync = off\n", Cancel);
        await File.WriteAllTextAsync(folder.In("postgres", "pg_hba.conf"), "local all all trust\n", Cancel);
        await File.WriteAllTextAsync(folder.Data.LocalSettings, "work_mem = 3MB\n", Cancel);
        await using var postgres = await folder.Start();
        Assert.Equal("on on off 200 128MB 2GB 15min 3MB", await Ask(postgres, """
            select concat_ws(' ', current_setting('fsync'), current_setting('data_checksums'), current_setting('jit'), current_setting('max_connections'),
                current_setting('shared_buffers'), current_setting('max_wal_size'), current_setting('checkpoint_timeout'), current_setting('work_mem'))
            """));
        Assert.Equal("", await Ask(postgres, "show listen_addresses"));
    }

    [Theory]
    [InlineData("crucible", "28P01")]
    [InlineData("postgres", "28P01")]
    public async Task Nobody_comes_in_without_the_password(string role, string refusal)
    {
        await using var folder = await prepared.Copy();
        await using var postgres = await folder.Start();
        var wrong = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Username = role, Password = "guessed" };
        await using var source = NpgsqlDataSource.Create(wrong);
        Assert.Equal(refusal, (await Assert.ThrowsAsync<PostgresException>(async () => await source.OpenConnectionAsync(Cancel))).SqlState);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.Data.Password));
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(folder.In("socket")));
    }

    [Fact]
    public async Task The_server_does_not_run_as_root()
    {
        await using var folder = await prepared.Copy();
        await using var postgres = await folder.Start();
        var status = await File.ReadAllLinesAsync($"/proc/{Postmaster.Living(folder.Data)!.Pid}/status", Cancel);
        Assert.DoesNotContain("0", status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t'));
        Assert.DoesNotContain("0", status.Single(line => line.StartsWith("Groups:", StringComparison.Ordinal)).Split('\t', ' '));
    }

    [Fact]
    public async Task The_server_does_not_inherit_the_hosts_configuration()
    {
        Environment.SetEnvironmentVariable("Crucible__TestSecret", "hush");
        await using var folder = await prepared.Copy();
        await using var postgres = await folder.Start();
        var environment = await File.ReadAllTextAsync($"/proc/{Postmaster.Living(folder.Data)!.Pid}/environ", Cancel);
        Assert.Contains("LC_ALL=C", environment, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", environment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_warm_start_does_not_wait_in_whole_seconds()
    {
        await using var folder = await prepared.Copy();
        var began = TimeProvider.System.GetTimestamp();
        await using var postgres = await folder.Start();
        Assert.InRange(TimeProvider.System.GetElapsedTime(began).TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task Stopping_ends_it_with_clients_connected_and_keeps_what_was_written()
    {
        await using var folder = await prepared.Copy();
        await using (var postgres = await folder.Start())
        {
            await Ask(postgres, "create table kept (n int); insert into kept values (7); select 1");
            await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
            await using var open = await source.OpenConnectionAsync(Cancel);
            await postgres.DisposeAsync();
            Assert.Null(Postmaster.Living(folder.Data));
            Assert.Empty(Directory.GetFiles(folder.In("socket")));
        }
        await using var again = await folder.Start();
        Assert.False(again.Adopted);
        Assert.Equal("7", await Ask(again, "select n from kept"));
    }

    [Fact]
    public async Task Without_sockets_it_listens_on_loopback_alone()
    {
        await using var folder = await prepared.Copy();
        await using var postgres = await folder.Start(sockets: false);
        Assert.Equal("127.0.0.1", await Ask(postgres, "show listen_addresses"));
        Assert.Equal("127.0.0.1", new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host);
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_takes_a_private_folder_in_the_temporary_one()
    {
        await using var folder = new TempFolder();
        await using var copy = await prepared.Copy();
        var deep = folder.In(new string('d', 60), new string('é', 20));
        Directory.CreateDirectory(Path.GetDirectoryName(deep)!);
        await Shell.Run("cp", "-a", copy.Path, deep);
        await using var postgres = await EmbeddedPostgres.Start(deep, _ => { }, TimeProvider.System, Cancel);
        var home = new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host!;
        Assert.StartsWith(Path.Combine(Path.GetTempPath(), "crucible-"), home, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0b111_000_000, File.GetUnixFileMode(home));
        Assert.Equal("1", await Ask(postgres, "select 1"));
        await postgres.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task Giving_up_leaves_no_server()
    {
        await using var folder = await prepared.Copy();
        using var impatient = new CancellationTokenSource();
        var starting = EmbeddedPostgres.Start(folder.Path, _ => { }, TimeProvider.System, impatient.Token);
        await Until.True(() => starting.IsCompleted || Directory.Exists(folder.Data.Log) && File.Exists(folder.In("postgres-log", "start.log")));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await starting);
        Assert.Null(Postmaster.Living(folder.Data));
        await using var postgres = await folder.Start();
    }

    [Fact]
    public async Task Old_log_files_go()
    {
        await using var folder = await prepared.Copy();
        for (var day = 1; day < 10; day++)
            await File.WriteAllTextAsync(folder.In("postgres-log", $"postgres-2020010{day}-000000.log"), "old", Cancel);
        await using var postgres = await folder.Start();
        Assert.InRange(Directory.GetFiles(folder.Data.Log, "postgres-*.log").Length, 1, 6);
    }

    [Fact]
    public void The_data_path_is_as_configured_or_in_the_users_home_or_where_roots_stand_in_can_go()
    {
        Assert.Equal("/srv/x", DataPath.Resolve("/srv/x"));
        Assert.Equal(Environment.IsPrivilegedProcess ? "/var/lib/crucible"
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "crucible"), DataPath.Resolve(" "));
    }

    internal static async Task<string> Ask(EmbeddedPostgres postgres, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return Convert.ToString(await command.ExecuteScalarAsync(Cancel), CultureInfo.InvariantCulture)!;
    }
}
