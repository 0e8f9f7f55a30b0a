using System.Reflection;
using Crucible.Charts;
using Crucible.Host.Backup;
using Crucible.Host.Jobs;
using Crucible.Host.Live;
using Crucible.Host.Plugins;
using Crucible.Host.Retention;
using Crucible.Host.Telemetry;
using Crucible.Host.Vitals;
using Crucible.Live;
using Crucible.Ui;
using Crucible.Ui.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin;

/// <summary>How this host and the database are, and what needs attention.</summary>
[Authorize("crucible.system")]
internal sealed class SystemModel(VitalsStore vitals, LiveHub hub, MetricsText metrics, RetentionPlan plan, RetentionStore retention,
    PluginCatalogue catalogue, RunListStore runs, Backups backups, BackupOptions backupOptions, IConfiguration configuration, TimeProvider time) : PageModel
{
    private const int MostTopics = 20;

    public string Version { get; } = typeof(SystemModel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
    public string HostName => Environment.MachineName;
    public MachineVitals Now { get; private set; } = null!;
    public DatabaseVitals Database { get; private set; } = null!;
    public IReadOnlyList<Warning> Warnings { get; private set; } = [];
    public IReadOnlyList<TableSize> Tables { get; private set; } = [];
    public IReadOnlyList<Bar> Schemas { get; private set; } = [];
    public IReadOnlyList<SlowQuery>? SlowQueries { get; private set; }
    public IReadOnlyList<(string What, double Value)> Queues { get; private set; } = [];
    public IReadOnlyList<(Topic Topic, int Listeners)> Topics => hub.Busiest(MostTopics);
    public int Listeners => hub.Listeners.Count;
    public IReadOnlyList<Kind> Kept { get; private set; } = [];

    public async Task OnGet(CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("System", ("Admin", "/admin"));
        Now = MachineVitals.Read(configuration["Crucible:DataPath"]!, time);
        Database = await vitals.Read(cancel);
        Tables = await vitals.Tables(cancel);
        Schemas = [.. Tables.GroupBy(t => t.Name.StartsWith("qrtz_", StringComparison.Ordinal) ? "scheduler" : t.Schema).Select(s => (s.Key, Sum: s.Sum(t => t.Bytes)))
            .OrderByDescending(s => s.Sum).Select(s => new Bar(s.Key, s.Sum, Bytes.Short(s.Sum)))];
        SlowQueries = await vitals.SlowQueries(cancel);
        var states = await runs.Counts(cancel);
        Queues = [("Runs of jobs that wait, on any host", states.GetValueOrDefault(RunState.Queued) + states.GetValueOrDefault(RunState.Retrying)),
            ("Runs of jobs under way, on any host", states.GetValueOrDefault(RunState.Running)), .. metrics.Queues()];
        var last = await retention.Last(cancel);
        Kept = [.. plan.Kinds.Select(k => new Kind(k.Rule.What, k.Days, $"Crucible__Retention__{k.Rule.Plugin}__{k.Rule.Kind}",
            last.TryGetValue(k.Rule.Name, out var ran) ? ran.RanAt : null, last.TryGetValue(k.Rule.Name, out ran) ? ran.Gone : null))];
        Warnings =
        [
            .. Vitals.Warnings.Of(Now, Database),
            .. Vitals.Warnings.Of(await backups.List(), backupOptions.Nightly, Now.Up, time.GetUtcNow()),
            .. catalogue.Plugins.Where(p => p.State == PluginState.Failed).Select(p => new Warning("failed", $"The plugin {p.Title} does not run", p.Reason ?? "See the plugins page.")),
            .. plan.Faults.Select(fault => new Warning("cancelled", "A retention setting is wrong", fault)),
        ];
    }

    public static DateTimeOffset? Utc(DateTime? at) => at is { } moment ? new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc)) : null;

    internal sealed record Kind(string What, int Days, string Setting, DateTime? RanAt, long? Gone);
}
