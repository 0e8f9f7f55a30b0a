using Crucible.Data;
using Crucible.Host.Api;
using Crucible.Host.Audit;
using Crucible.Host.Backup;
using Crucible.Host.Jobs;
using Crucible.Host.Notices;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Host.Push;
using Crucible.Host.Retention;
using Crucible.Host.Search;
using Crucible.Host.Security;
using Crucible.Live;
using Crucible.Modules;
using Crucible.People;

namespace Crucible.Host;

/// <summary>What the host offers in the terms that plugins use: its topics, its live rules, its jobs.</summary>
internal static class GroundModule
{
    public static ModuleOffer Offer(BackupOptions backups)
    {
        var offer = new ModuleOffer(new("crucible", "Crucible", ModuleInfo.SdkVersion));
        new ModuleBuilder(offer, new ConfigurationBuilder().Build())
            .Topic(new("plugins", (services, actor, _, _) => ValueTask.FromResult(services.GetRequiredService<Permissions>().Allows(actor, "crucible.plugins"))))
            .Permission("people", Role.Admin, "See and change people, teams and what they may do")
            .Permission("audit", Role.Admin, "Read and export the audit log")
            .Permission("system", Role.Admin, "See the state of the system")
            .Permission("backup", Role.Admin, "Make and download backups")
            .Permission("plugins", Role.Admin, "Switch plugins on and off")
            .Permission("jobs", Role.Admin, "See jobs, their history and logs")
            .Permission("run-jobs", Role.Admin, "Run a job now")
            .Permission("retry-jobs", Role.Admin, "Retry runs that failed")
            .Permission("cancel-jobs", Role.Admin, "Cancel runs")
            .Permission("pause-jobs", Role.Admin, "Pause and resume jobs")
            .Permission("schedule-jobs", Role.Admin, "Change when jobs run and how many at once")
            .Topic(new("audit", (services, actor, _, _) => ValueTask.FromResult(services.GetRequiredService<Permissions>().Allows(actor, "crucible.audit"))))
            .Topic(new(JobNews.Kind, MaySeeJobs) { Signalled = push => Refresh(push, "jobs-overview", "jobs-list", "job-run", "job-log") })
            .Topic(new(JobNews.RunKind, MaySeeJobs) { Greeting = push => Refresh(push, "job-run", "job-log"), Signalled = push => Refresh(push, "job-run", "job-log") })
            .Topic(new("person", (_, actor, key, _) => ValueTask.FromResult(actor.PersonId?.ToString() == key)))
            .Live<AuditWritten>((_, push) =>
            {
                push.Refresh("audit-news");
                return ValueTask.CompletedTask;
            })
            .Live<PluginSwitched>((_, push) =>
            {
                push.Refresh("plugins");
                return ValueTask.CompletedTask;
            })
            .Retention("changes", "News for pages that were away", 7, (services, before, cancel) => services.GetRequiredService<RetentionStore>().ForgetChanges(before, cancel))
            .Retention("audit", "Lines of the audit log", 400, (services, before, cancel) => services.GetRequiredService<AuditStore>().Forget(before, cancel), least: 30)
            .Retention("kept-answers", "Answers kept for repeated API requests", 1, (services, before, cancel) => services.GetRequiredService<KeptAnswerStore>().Forget(before, cancel))
            .Every<ForgetOldData>("0 20 3 * * ?", new() { Title = "Forget old data", What = "Removes what has been kept long enough, kind by kind.", Timeout = TimeSpan.FromHours(6) })
            .Every<ForgetExpiredCredentials>("0 40 * * * ?", new() { Title = "Forget expired credentials", What = "Deletes sessions that are over, and tokens, links and invitations a month after their end." })
            .AddJobHistory()
            .AddSearch()
            .AddNotices()
            .AddPush()
            .AddBackupJobs(backups);
        return offer;
    }

    private static ValueTask<bool> MaySeeJobs(IServiceProvider services, Actor actor, string key, CancellationToken cancel) =>
        ValueTask.FromResult(services.GetRequiredService<Permissions>().Allows(actor, "crucible.jobs"));

    private static ValueTask Refresh(LivePush push, params string[] regions)
    {
        foreach (var region in regions)
            push.Refresh(region);
        return ValueTask.CompletedTask;
    }
}
