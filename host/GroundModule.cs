using Crucible.Data;
using Crucible.Host.Notices;
using Crucible.Host.Plugins;
using Crucible.Host.Search;
using Crucible.Host.Security;
using Crucible.Jobs;
using Crucible.Modules;
using Crucible.People;
using Dapper;

namespace Crucible.Host;

/// <summary>What the host offers in the terms that plugins use: its topics, its live rules, its jobs.</summary>
internal static class GroundModule
{
    public static ModuleOffer Offer()
    {
        var offer = new ModuleOffer(new("crucible", "Crucible", ModuleInfo.SdkVersion));
        new ModuleBuilder(offer, new ConfigurationBuilder().Build())
            .Topic(new("plugins", (_, actor, _, _) => ValueTask.FromResult(actor.Role == Role.Admin)))
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
            .AddSearch()
            .AddNotices()
            .Every<TrimChangeLog>("0 20 * * * ?");
        return offer;
    }
}

/// <summary>Forgets news older than a week: nobody replays that far, the page is fetched again instead.</summary>
internal sealed class TrimChangeLog(Database database) : IBackgroundJob
{
    public async Task Run(JobRun run, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // In slices, so that no writer waits behind one long delete.
        while (await connection.ExecuteAsync(new CommandDefinition("""
            delete from crucible.change where ctid = any(array(
                select ctid from crucible.change where at < now() - interval '7 days' limit 10000))
            """, cancellationToken: cancel)) > 0)
            cancel.ThrowIfCancellationRequested();
    }
}
