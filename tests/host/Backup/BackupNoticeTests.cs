using Crucible.Data;
using Crucible.Host.Backup;
using Crucible.Host.Jobs;
using Crucible.People;
using Crucible.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Backup;

/// <summary>Nights that went wrong are told to those who look after backups.</summary>
public sealed class BackupNoticeTests(BackupNoticeTests.Set world) : IClassFixture<BackupNoticeTests.Set>
{
    /// <summary>A world that has no room to restore a backup for a look.</summary>
    public sealed class Set : World
    {
        public string Folder { get; } = Path.Combine(Directory.CreateTempSubdirectory("crucible-backups-").FullName, "made");

        protected override IEnumerable<string> Settings => [$"Crucible:Backup:Folder={Folder}", "Crucible:Backup:VerifyMegabytes=0", "Crucible:Jobs:PollEvery=00:00:00.200"];
    }

    [Fact]
    public async Task One_that_is_not_verified_is_told_once_and_one_that_fails_each_time()
    {
        for (var night = 0; night < 2; night++)
        {
            await Night(RunState.Succeeded);
            // Its name is the second it was made in; the next night comes within the same.
            foreach (var file in Directory.GetFiles(world.Folder))
                File.Delete(file);
        }
        Assert.Equal(["The nightly backup is not verified"], await Told(world.Cast.Admin));

        Directory.Delete(world.Folder, recursive: true);
        await File.WriteAllTextAsync(world.Folder, "in the way");
        await Night(RunState.Dead);
        Assert.Equal(["The nightly backup failed", "The nightly backup is not verified"], await Told(world.Cast.Admin));
        Assert.Empty(await Told(world.Cast.Member));
        var page = await (await world.Visit(world.Cast.Admin)).Get("/account/notices");
        Assert.Contains(page.QuerySelectorAll("#notices li"), l => l.TextContent.Contains("cannot be made", StringComparison.Ordinal));
        // One event is one notice: not also that a job failed.
        Assert.DoesNotContain(page.QuerySelectorAll("#notices li"), l => l.TextContent.Contains("for good", StringComparison.Ordinal));
    }

    private async Task Night(string state)
    {
        var rule = world.Services.GetRequiredService<DeclaredJobs>().Find(BackupSetup.Nightly)!;
        var id = await world.Services.GetRequiredService<RunActStore>().Run(rule, new Dictionary<string, string>(), Actor.System("tests"), default);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await world.Services.GetRequiredService<RunListStore>().Find(id, default))!.State is var now && now != state)
        {
            Assert.False(RunState.IsOver(now), now);
            await Task.Delay(20, patience.Token);
        }
    }

    private async Task<IEnumerable<string>> Told(Player player)
    {
        await using var connection = await world.Services.GetRequiredService<Database>().Open(default);
        return await connection.QueryAsync<string>("select title from crucible.notice where kind = 'crucible.backup-failed' and person_id = @PersonId order by title", player);
    }
}
