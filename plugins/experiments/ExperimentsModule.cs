using Crucible.Experiments.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Demo;
using Crucible.Experiments.Exports;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Imports;
using Crucible.Experiments.Jobs;
using Crucible.Experiments.Live;
using Crucible.Experiments.Pages;
using Crucible.Experiments.Tracking;
using Crucible.Files;
using Crucible.Live;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments;

/// <summary>Experiments, their runs and what training programs log to them, through MLflow's tracking protocol.</summary>
public sealed class ExperimentsModule : ICrucibleModule
{
    /// <inheritdoc/>
    public ModuleInfo Info { get; } = new("experiments", "Experiments", "1.0.0")
    {
        Description = "Runs that training programs log with any MLflow client, live.",
    };

    /// <inheritdoc/>
    public void Configure(ModuleBuilder module)
    {
        foreach (var kind in Topics.Kinds)
            module.Topic(kind);
        module
            .Options<ExperimentsOptions>()
            .Services(services => services
                .AddSingleton<MetricWriter>()
                .AddSingleton<CurveReader>()
                .AddSingleton<ChartReader>()
                .AddSingleton<RunReader>()
                .AddSingleton<RunTabReader>()
                .AddSingleton<RunCodeReader>()
                .AddSingleton<CheckpointReader>()
                .AddSingleton<RunTableReader>()
                .AddSingleton<RunTableParts>()
                .AddSingleton<ExperimentReader>()
                .AddSingleton<CompletionReader>()
                .AddSingleton<ExportFile>())
            .Every<RollUpMetrics>("0 * * * * ?")
            .AddTrash()
            .Job<WriteExport>(WriteExport.Policy)
            .Retention("exports", "Exports and their files", 7, (services, before, cancel) => ForgetExports.Run(services.GetRequiredService<ExportStore>(), services.GetRequiredService<IFileStore>(), before, cancel))
            .Job<PurgeTrash>(new() { Title = "Remove an experiment", What = "Removes a deleted experiment for good, with its runs, points and files", Timeout = TimeSpan.FromHours(12), Arguments = [new(PurgeTrash.Of, "Number of the experiment", Required: true)] })
            .Retention("activity", "Lines of the Activity pages of experiments", 400, (services, before, cancel) => services.GetRequiredService<ActivityStore>().Forget(before, cancel), least: 30)
            .Nav(new("Experiments", Address.Experiments, "flask", 100) { Badge = Badge, BadgeTopics = Teams })
            .Nav(new("Models", Address.Models, "cube", 110))
            .Tile(new(RunsTileModel.AtWork, "Running", Address.Experiments, typeof(RunsTile), (services, actor, cancel) => RunsTileModel.Load(true, services, actor, cancel)) { Order = 100, Topics = Teams })
            .Tile(new(RunsTileModel.Ended, "Recently ended", Address.Experiments, typeof(RunsTile), (services, actor, cancel) => RunsTileModel.Load(false, services, actor, cancel)) { Order = 110, Topics = Teams })
            .AddListLive()
            .AddRunLive()
            .AddTableLive()
            .AddRegistryLive()
            .AddChartLive()
            .AddExperimentLive()
            .AddNotices()
            .AddAlerts()
            .AddSearch()
            .AddImports()
            .Endpoints(TrackingApi.Map)
            .Retention("log-lines", "Console lines of runs", 90, (services, before, cancel) => services.GetRequiredService<ConsoleStore>().Forget(before, cancel))
            .Endpoints(ApiOperations.Map)
            .Seed(DemoSeed.Run);
    }

    private static IEnumerable<Topic> Teams(Actor actor) => actor.ReadTeams.Select(Topics.Team);

    private static async ValueTask<NavBadge?> Badge(IServiceProvider services, Actor actor, CancellationToken cancel) =>
        await services.GetRequiredService<ExperimentListStore>().Running(actor, cancel) is > 0 and var running ? new(Numbers.Compact(running), "running") : null;
}
