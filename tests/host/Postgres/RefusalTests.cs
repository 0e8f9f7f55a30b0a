using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Crucible.Host.Postgres;

namespace Crucible.Host.Tests.Postgres;

[UnsupportedOSPlatform("windows")]
public sealed class RefusalTests(PreparedFolder prepared)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
    private static string Me => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_second_host_on_the_folder_is_told_who_has_it()
    {
        await using var folder = await prepared.Copy();
        await using var postgres = await folder.Start();
        var (exitCode, said) = await HostProcess.Refused(folder.Path);
        Assert.Equal(1, exitCode);
        Assert.Contains(folder.Path, said, StringComparison.Ordinal);
        Assert.Contains($"process {Me}", said, StringComparison.Ordinal);
        Assert.Equal("1", await StartTests.Ask(postgres, "select 1"));
    }

    [Fact]
    public async Task A_stranger_on_the_socket_is_named_and_left_alone()
    {
        await using var folder = await prepared.Copy();
        Directory.CreateDirectory(folder.In("socket"));
        var at = folder.In("socket", ".s.PGSQL.5432");
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stranger.Bind(new UnixDomainSocketEndPoint(at));
        stranger.Listen();
        var refusal = await folder.Refusal();
        Assert.Contains(at, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Me}", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(at));
    }

    [Fact]
    public async Task A_lock_file_of_a_living_process_with_another_folder_is_respected()
    {
        await using var folder = await prepared.Copy();
        var file = folder.In("socket", ".s.PGSQL.5432.lock");
        await File.WriteAllTextAsync(file, $"{Me}\n/srv/other\n1\n5432\n{folder.In("socket")}\n", Cancel);
        var refusal = await folder.Refusal();
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("/srv/other", refusal.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(file));
    }

    [Theory]
    [InlineData("99\n", "made by PostgreSQL 99, newer than")]
    [InlineData("9\n", "apt install postgresql-9")]
    [InlineData(null, "no PostgreSQL database")]
    public async Task A_folder_that_no_PostgreSQL_here_can_open_says_which_can(string? version, string words)
    {
        await using var folder = await prepared.Copy();
        File.Delete(folder.In("postgres", "PG_VERSION"));
        if (version is not null)
            await File.WriteAllTextAsync(folder.In("postgres", "PG_VERSION"), version, Cancel);
        Assert.Contains(words, (await folder.Refusal()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_file_can_be_mended_by_deleting_it()
    {
        await using var folder = await prepared.Copy();
        await File.WriteAllTextAsync(folder.Data.Password, "of another server", Cancel);
        Assert.Contains(folder.Data.Password, (await folder.Refusal()).Message, StringComparison.Ordinal);
        Assert.Null(Postmaster.Living(folder.Data));
        File.Delete(folder.Data.Password);
        await using var postgres = await folder.Start();
    }

    [Fact]
    public async Task A_server_that_does_not_start_has_the_last_words()
    {
        await using var folder = await prepared.Copy();
        await File.WriteAllTextAsync(folder.Data.LocalSettings, "shared_buffers = plenty\n", Cancel);
        var refusal = await folder.Refusal();
        Assert.Contains("invalid value for parameter \"shared_buffers\": \"plenty\"", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Data.Log, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binaries_that_are_not_there_are_no_reason_to_take_others()
    {
        await using var folder = await prepared.Copy();
        Assert.Contains("Crucible:PostgresBinaries names /nowhere", (await folder.Refusal(binaries: "/nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_path_below_a_file_is_refused()
    {
        await using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllTextAsync(folder.In("file"), "", Cancel);
        var refusal = await Assert.ThrowsAsync<StartupFailure>(() => EmbeddedPostgres.Start(folder.In("file", "data"), _ => { }, TimeProvider.System, Cancel));
        Assert.Contains(folder.In("file", "data"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_path_that_a_shell_would_read_as_a_command_is_refused() =>
        Assert.Contains("plainer path", (await Assert.ThrowsAsync<StartupFailure>(() => EmbeddedPostgres.Start("/tmp/$(id)", _ => { }, TimeProvider.System, Cancel))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_closed_folder_above_is_named_to_root_and_no_matter_to_others()
    {
        await using var folder = new TempFolder();
        Directory.CreateDirectory(folder.Path, (UnixFileMode)0b111_000_000);
        var below = folder.In("data");
        if (Environment.IsPrivilegedProcess)
            Assert.Contains("chmod o+x", (await Assert.ThrowsAsync<StartupFailure>(() => EmbeddedPostgres.Start(below, _ => { }, TimeProvider.System, Cancel))).Message, StringComparison.Ordinal);
        else
            await using (await EmbeddedPostgres.Start(below, _ => { }, TimeProvider.System, Cancel))
                Assert.True(File.Exists(Path.Combine(below, "host.lock")));
    }
}
