using Crucible.Host.Backup;
using Crucible.Host.Jobs;
using Crucible.Host.Pages.Admin.Jobs;
using Crucible.Host.Plugins;
using Crucible.Host.Security;
using Crucible.Host.Vitals;
using Crucible.Notices;
using Crucible.People;

namespace Crucible.Host.Mail;

/// <summary>What the host itself has to say to its admins in the weekly mail.</summary>
internal static class GroundDigest
{
    private const int MostJobs = 5;
    private static readonly string[] BackupJobs = [BackupSetup.Nightly, $"crucible.{nameof(MakeBackup)}"];

    public static async Task<IReadOnlyList<DigestLine>> Installation(IServiceProvider services, Actor actor, Week week, CancellationToken cancel)
    {
        var lines = new List<DigestLine>();
        if (services.GetRequiredService<Permissions>().Allows(actor, "crucible.people") && await services.GetRequiredService<DigestStore>().NewPeople(week, cancel) is > 0 and var people)
            lines.Add(new(people == 1 ? "1 new person" : $"{people} new people", "/admin/people"));
        var machine = MachineVitals.Read(services.GetRequiredService<IConfiguration>()["Crucible:DataPath"]!, services.GetRequiredService<TimeProvider>());
        if (Warnings.Disk(machine) is { } disk)
            lines.Add(new(disk.Title, "/admin/system"));
        lines.AddRange(services.GetRequiredService<PluginCatalogue>().Plugins.Where(p => p.State == PluginState.Failed)
            .Select(p => new DigestLine($"The plugin {p.Title} does not run: {p.Reason}", "/admin/plugins")));
        return lines;
    }

    public static async Task<IReadOnlyList<DigestLine>> Jobs(IServiceProvider services, Actor actor, Week week, CancellationToken cancel)
    {
        var jobs = services.GetRequiredService<DeclaredJobs>();
        var failed = await services.GetRequiredService<DigestStore>().GivenUp(week, cancel);
        var lines = failed.Take(MostJobs).Select(f => new DigestLine($"{jobs.TitleOf(f.Job)}: {Runs(f.Runs)} failed for good", JobsUrl.Find($"state:failed job:{f.Job}"))).ToList();
        if (failed.Count > MostJobs)
            lines.Add(new($"{Runs(failed.Skip(MostJobs).Sum(f => f.Runs))} of other jobs failed for good", JobsUrl.Find("state:failed")));
        return lines;
    }

    public static async Task<IReadOnlyList<DigestLine>> Backups(IServiceProvider services, Actor actor, Week week, CancellationToken cancel)
    {
        var store = services.GetRequiredService<DigestStore>();
        var made = await store.Succeeded(BackupJobs, week, cancel);
        var failed = (await store.GivenUp(week, cancel)).Where(f => BackupJobs.Contains(f.Job)).Sum(f => f.Runs);
        // Files of the week that are still there; the runs say how many there were.
        var files = (await services.GetRequiredService<Backups>().List()).Where(b => b.Written >= week.From && b.Written < week.Until).ToList();
        var lines = new List<DigestLine>();
        if (made > 0)
            lines.Add(new($"{Counted(made)} made", JobsUrl.Job(BackupJobs[0])));
        else if (files.Count == 0 && services.GetRequiredService<BackupOptions>().Nightly)
            lines.Add(new("No backup was made", JobsUrl.Job(BackupSetup.Nightly)));
        if (failed > 0)
            lines.Add(new($"{Counted(failed)} failed", JobsUrl.Find("state:failed job:backup")));
        if (files.Count(b => b.Verified is null or { Outcome: VerifyOutcome.FileOnly }) is > 0 and var unverified)
            lines.Add(new($"{Counted(unverified)} not verified", JobsUrl.Job($"crucible.{nameof(VerifyBackup)}")));
        lines.AddRange(files.Where(b => b.Verified is { Outcome: VerifyOutcome.Failed }).Select(b => new DigestLine($"{b.Name} cannot be restored. {b.Verified!.What}", JobsUrl.Job($"crucible.{nameof(VerifyBackup)}"))));
        return lines;
    }

    private static string Runs(int count) => count == 1 ? "1 run" : $"{count} runs";

    private static string Counted(int count) => count == 1 ? "1 backup" : $"{count} backups";
}
