using Crucible.Host.Backup;
using Crucible.Jobs;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Backup;

/// <summary>The jobs, as the host runs them, on demo data.</summary>
public sealed class BackupJobTests(BackupWorld world) : IClassFixture<BackupWorld>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Backups Backups => world.Services.GetRequiredService<Backups>();

    [Fact]
    public async Task The_nightly_one_is_restored_compared_kept_with_its_finding_and_nothing_of_the_look_stays()
    {
        var database = new DatabaseAddress(world.ConnectionString);
        var prefix = new Verification(database, [], TimeProvider.System).Prefix;
        await using var server = await database.Connect(Cancel);
        await server.ExecuteAsync($"create database {prefix}left_by_a_dead_host"); // the next look clears it away
        Directory.CreateDirectory(world.Folder);
        foreach (var day in Enumerable.Range(1, 3))
            await File.WriteAllTextAsync(Path.Combine(world.Folder, $"crucible-2020010{day}-000000.zip"), "old", Cancel);

        var told = await Run<NightlyBackup>();

        var newest = (await Backups.List())[0];
        Assert.Equal(VerifyOutcome.Restored, newest.Verified!.Outcome);
        Assert.Equal(newest.Manifest!.Rows, newest.Verified.Rows);
        Assert.True(newest.Manifest.Rows > 1000 && newest.Manifest.Files.Count > 0);
        Assert.Equal(["crucible", "experiments"], newest.Manifest.Schemas.Keys.Order());
        Assert.Contains(told.Lines, l => l.Contains("every table has the same rows", StringComparison.Ordinal));
        Assert.True(told.Steps > 10);
        Assert.Equal(0, await server.ExecuteScalarAsync<int>("select count(*)::int from pg_database where starts_with(datname, @prefix)", new { prefix }));
        Assert.Equal([newest.Name, "crucible-20200103-000000.zip"], (await Backups.List()).Select(b => b.Name)); // Keep is 2
        Assert.Null((await Backups.Find("crucible-20200103-000000.zip"))!.Manifest);
    }

    [Fact]
    public async Task One_that_was_damaged_since_fails_and_says_so()
    {
        Directory.CreateDirectory(world.Folder);
        var path = Path.Combine(world.Folder, "crucible-20300101-000000.zip");
        await new TakeBackup(new(world.ConnectionString), new Crucible.Files.FolderFiles("/nowhere"), TimeProvider.System).Into(path, true, Copy.Silent, Cancel);
        await using (var file = new FileStream(path, FileMode.Open))
        {
            file.Position = file.Length / 2;
            file.WriteByte((byte)(file.ReadByte() ^ 1));
        }
        var fault = await Assert.ThrowsAsync<BackupFault>(() => Run<VerifyBackup>((VerifyBackup.File, Path.GetFileName(path))));
        Assert.Contains("is damaged", fault.Message, StringComparison.Ordinal);
        Assert.Equal(VerifyOutcome.Failed, (await Backups.Find(Path.GetFileName(path)))!.Verified!.Outcome);
        File.Delete(path);
    }

    [Fact]
    public async Task Beyond_the_size_limit_only_the_file_is_checked()
    {
        await using var copy = new Copy();
        await copy.Take(new DatabaseAddress(world.ConnectionString));
        var found = await new Verification(new(world.ConnectionString), InstalledModule.Of(world.Services.GetRequiredService<Host.Plugins.PluginCatalogue>().Plugins), TimeProvider.System).Run(copy.File, 1 << 20, Copy.Silent, Cancel);
        Assert.Equal(VerifyOutcome.FileOnly, found.Outcome);
        Assert.Contains("more than the 1 MB", found.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../crucible-20200101-000000.zip")]
    [InlineData("/etc/passwd")]
    [InlineData("crucible-20200101-000000.zip\n")]
    [InlineData("")]
    public async Task A_name_that_is_none_of_ours_is_no_backup(string name)
    {
        Assert.Null(await Backups.Find(name));
        await Assert.ThrowsAsync<BackupFault>(() => Run<VerifyBackup>((VerifyBackup.File, name)));
    }

    private async Task<Told> Run<TJob>(params (string Name, string Value)[] arguments) where TJob : class, IBackgroundJob
    {
        var told = new Told();
        await using var scope = world.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<TJob>().Run(new(Guid.CreateVersion7(), 1, arguments.ToDictionary(a => a.Name, a => a.Value), told), Cancel);
        return told;
    }

    private sealed class Told : IJobReport
    {
        public List<string> Lines { get; } = [];
        public int Steps { get; private set; }

        void IJobReport.Progress(double done, double total, string? what) => Steps++;

        void IJobReport.Log(string text, string level) => Lines.Add($"{level} {text}");
    }
}
