using System.Runtime.Versioning;
using Crucible.Host.Postgres;

namespace Crucible.Host.Tests.Postgres;

[UnsupportedOSPlatform("windows")]
public sealed class DiskTests(PreparedFolder prepared)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_too_small_for_the_cluster_is_said_to_be_full_or_where_nobody_may_mount_initdbs_recorded_words_are_understood()
    {
        await using var folder = new TempFolder();
        await using var disk = await TempDisk.Mount(folder.Path, megabytes: 20);
        var refusal = disk is not null
            ? await folder.Refusal()
            : Diagnosis.Of("PostgreSQL could not make its folder", "initdb: error: could not write file \"/x/postgresql.conf\": No space left on device", folder.Data, new(null as string));
        Assert.Contains("is full", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("No space left on device", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder.Path, "postgres*"));
    }

    [Fact]
    public async Task A_disk_that_filled_up_since_is_said_to_be_full_or_where_nobody_may_mount_a_write_to_dev_full_is_understood()
    {
        await using var folder = new TempFolder();
        await using var disk = await TempDisk.Mount(folder.Path, megabytes: 100);
        StartupFailure refusal;
        if (disk is not null)
        {
            await using var copy = await prepared.Copy();
            await Shell.Run("cp", "-a", copy.Path + "/.", folder.Path);
            disk.Fill();
            refusal = await folder.Refusal();
        }
        else
        {
            var full = await Assert.ThrowsAsync<IOException>(() => File.WriteAllTextAsync("/dev/full", "x", Cancel));
            refusal = Diagnosis.Of(full, folder.Data);
        }
        Assert.Contains("is full", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_finds_no_room_cannot_even_log_it_and_the_disk_is_still_said_to_be_full_or_where_nobody_may_mount_the_log_words_are_understood()
    {
        await using var folder = new TempFolder();
        await using var disk = await TempDisk.Mount(folder.Path, megabytes: 100);
        StartupFailure refusal;
        if (disk is not null)
        {
            await using var copy = await prepared.Copy();
            await Shell.Run("cp", "-a", copy.Path + "/.", folder.Path);
            Endpoint at = new(folder.In("socket"), 5432);
            Settings.Write(folder.Data.Cluster, folder.Data, at);
            var server = new Server(
                await BinariesChoice.For(null, folder.Data, at, _ => { }, TimeProvider.System, Cancel),
                await ServerAccount.For(folder.Data, Cancel), folder.Data, TimeProvider.System);
            server.Log.Mark(); // Deletes a file, which would make room again.
            disk.Fill();
            var said = await server.Start(at, ServerPassword.Read(folder.Data)!, _ => { }, Cancel);
            Assert.NotNull(said);
            refusal = Diagnosis.Of("PostgreSQL did not start", said, folder.Data, new(null as string));
        }
        else
            refusal = Diagnosis.Of("PostgreSQL did not start", "FATAL:  could not create lock file \"postmaster.pid\": No space left on device", folder.Data, new(null as string));
        Assert.Contains("is full", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_said_so_by_mount_or_mode_or_where_root_may_not_mount_by_error_number()
    {
        await using var folder = await prepared.Copy();
        if (!Environment.IsPrivilegedProcess)
        {
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0b101_000_000);
            File.SetUnixFileMode(folder.Data.HostLock, UnixFileMode.UserRead);
            var refusal = await folder.Refusal();
            File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_000_000);
            Assert.Contains("cannot be written to", refusal.Message, StringComparison.Ordinal);
            return;
        }
        await using var disk = await TempDisk.Mount(folder.Path, megabytes: 20);
        if (disk is not null)
            await disk.MakeReadOnly();
        var said = disk is not null ? await folder.Refusal() : Diagnosis.Of(new IOException("Read-only file system", 30), folder.Data);
        Assert.Contains("cannot be written to", said.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, said.Message, StringComparison.Ordinal);
    }
}
