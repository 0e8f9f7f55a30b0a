using Crucible.Data;
using Crucible.Host.Pages.Admin.Jobs;
using Crucible.Jobs;
using Crucible.Modules;
using Crucible.Notices;
using Crucible.People;
using Crucible.Ui.Text;

namespace Crucible.Host.Backup;

/// <summary>Makes a backup, restores it into a scratch database, compares every row, and lets the oldest go.</summary>
internal sealed class NightlyBackup(Backups backups, Database database, INotices notices) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var made = await MakeBackup.Make(backups, run, cancel);
        var found = await VerifyBackup.Verify(backups, made.Name, run, cancel);
        if (found.Outcome == VerifyOutcome.FileOnly)
            await TellUnverified(found, cancel);
        foreach (var gone in backups.Forget())
            run.Log($"Deleted {gone}.");
    }

    // One that failed is told by the dead letter it becomes, also when its host dies with it.
    private async Task TellUnverified(Verified found, CancellationToken cancel)
    {
        await using var write = await database.Write(Actor.System("nightly backup"), cancel);
        await notices.NotifyHolders(write, "crucible.backup", new("crucible.backup-failed", "The nightly backup is not verified", JobsUrl.Job(BackupSetup.Nightly))
        {
            Text = found.What,
            Status = "cancelled",
            Key = "not verified",
            Once = true, // the reason stays the same every night
        }, cancel);
        await write.Commit(cancel);
    }
}

/// <summary>Makes a backup now.</summary>
internal sealed class MakeBackup(Backups backups) : IBackgroundJob
{
    public Task Run(JobRun run, CancellationToken cancel) => Make(backups, run, cancel);

    public static async Task<BackupFile> Make(Backups backups, JobRun run, CancellationToken cancel)
    {
        var made = await backups.Make(run.Progress, cancel);
        run.Log($"Made {made.Path}: {Bytes.Short(made.Bytes)}, {made.Manifest!.Tables.Count} tables, {made.Manifest.Rows} rows, {made.Manifest.Files.Count} files.");
        foreach (var warning in made.Manifest.Warnings)
            run.Log(warning, "warn");
        return made;
    }
}

/// <summary>Restores a backup into a scratch database and compares every row.</summary>
internal sealed class VerifyBackup(Backups backups) : IBackgroundJob
{
    public const string File = "file";

    public Task Run(JobRun run, CancellationToken cancel) => Verify(backups, run.Arguments.GetValueOrDefault(File, ""), run, cancel);

    public static async Task<Verified> Verify(Backups backups, string name, JobRun run, CancellationToken cancel)
    {
        var found = await backups.Verify(name, run.Progress, cancel);
        run.Log($"{name}: {found.What}", found.Outcome switch { VerifyOutcome.Restored => "info", VerifyOutcome.FileOnly => "warn", _ => "error" });
        if (found.Outcome == VerifyOutcome.Failed)
            throw new BackupFault($"The backup {name} cannot be restored. {found.What}");
        return found;
    }
}

/// <summary>What the host offers of backups.</summary>
internal static class BackupSetup
{
    /// <summary>Key of the nightly job.</summary>
    public const string Nightly = $"crucible.{nameof(NightlyBackup)}";

    public static void AddBackups(this WebApplicationBuilder builder, string connectionString, string dataPath) => builder.Services
        .AddSingleton(BackupOptions.From(builder.Configuration, dataPath))
        .AddSingleton(new DatabaseAddress(connectionString))
        .AddSingleton<Backups>();

    public static ModuleBuilder AddBackupJobs(this ModuleBuilder ground, BackupOptions options)
    {
        // Copying and restoring take their time; another attempt would leave another file.
        var policy = new JobPolicy { Attempts = 1, Timeout = TimeSpan.FromHours(12), AtOnce = 1 };
        ground
            .Job<MakeBackup>(policy with { Title = "Back up now", What = "Copies the database and the stored files into one file." })
            .Job<VerifyBackup>(policy with { Title = "Verify a backup", What = "Restores a backup into a scratch database and compares every row.", Arguments = [new(VerifyBackup.File, "File name of the backup", Required: true)] });
        return options.Nightly
            ? ground.Every<NightlyBackup>(options.At, policy with { Title = "Nightly backup", What = "Makes a backup, restores it into a scratch database, compares every row, and lets the oldest go." })
            : ground;
    }
}
