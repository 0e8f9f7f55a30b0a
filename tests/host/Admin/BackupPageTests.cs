using System.IO.Compression;
using System.Net;
using Crucible.Host.Backup;
using Crucible.Host.Vitals;
using Crucible.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Host.Tests.Admin;

/// <summary>The backups page: made by the job, verified by the job, taken home by who may.</summary>
public sealed class BackupPageTests(World world) : IClassFixture<World>
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    [Fact]
    public async Task A_backup_is_made_looked_at_and_downloaded()
    {
        var visitor = await world.Visit(world.Cast.Admin);
        Assert.Contains("No backup yet", (await visitor.Get("/admin/backups")).QuerySelector("#backups")!.TextContent);
        using (var made = await visitor.Submit("/admin/backups", "form[action$='handler=Make']"))
            Assert.StartsWith("/admin/jobs/", made.RequestMessage!.RequestUri!.AbsolutePath);
        var row = await Row(visitor, "not verified yet");
        using (await visitor.Submit("/admin/backups", $"#{row} form[action$='handler=Verify']"))
            await Row(visitor, "restored and compared");

        var name = (await world.Services.GetRequiredService<Backups>().List())[0].Name;
        using var file = await visitor.Http.GetAsync($"/admin/backups?handler=File&name={name}");
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        using var zip = new ZipArchive(await file.Content.ReadAsStreamAsync());
        Assert.NotNull(zip.GetEntry(Manifest.Entry));
        var audit = (await visitor.Get("/admin/audit?q=action:backup")).QuerySelector("#audit tbody")!.TextContent;
        Assert.All(new[] { "backup.make", "backup.verify", "backup.download" }, action => Assert.Contains(action, audit));
    }

    [Theory]
    [InlineData("../crucible-20260101-000000.zip")]
    [InlineData("/etc/passwd")]
    [InlineData("crucible-20260101-000000.zip.json")]
    [InlineData("")]
    public async Task Nothing_but_a_backup_can_be_taken(string name)
    {
        using var answer = await (await world.Visit(world.Cast.Admin)).Http.GetAsync($"/admin/backups?handler=File&name={Uri.EscapeDataString(name)}");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public void Backups_that_fail_or_do_not_come_are_named()
    {
        BackupFile Made(TimeSpan ago, VerifyOutcome outcome) => new("b", "b", 1, Now - ago, null, new(Now - ago, outcome, "The table run differs."));
        var day = TimeSpan.FromDays(1);
        Assert.Empty(Warnings.Of([Made(day, VerifyOutcome.Restored)], true, 9 * day, Now));
        Assert.Empty(Warnings.Of([], true, day, Now));
        Assert.Contains("cannot be restored", Assert.Single(Warnings.Of([Made(day, VerifyOutcome.Failed)], true, 9 * day, Now)).Title);
        Assert.Contains("There is no backup", Assert.Single(Warnings.Of([], true, 2 * day, Now)).Title);
        Assert.Contains("2d 00h old", Assert.Single(Warnings.Of([Made(2 * day, VerifyOutcome.Restored)], true, 9 * day, Now)).Title);
        Assert.Contains("switched off", Assert.Single(Warnings.Of([], false, 9 * day, Now)).Title);
    }

    // The page says it when the job has done it.
    private static async Task<string> Row(Visitor visitor, string state)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var row = (await visitor.Get("/admin/backups")).QuerySelector("#backups tbody tr");
            if (row?.TextContent.Contains(state) == true)
                return row.Id!;
            await Task.Delay(100, patience.Token);
        }
    }
}
