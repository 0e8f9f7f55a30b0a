using Crucible.Experiments.Data;
using Crucible.Experiments.Demo;
using Crucible.Experiments.Jobs;
using Crucible.Experiments.Live;
using Crucible.Experiments.Pages;
using Crucible.Experiments.Tracking;
using Crucible.Files;
using Crucible.Modules;
using Microsoft.Extensions.Configuration;
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
                .AddSingleton<RunReader>()
                .AddSingleton<ExperimentReader>()
                .AddSingleton<IFileStore>(s => new FolderFiles(Path.Combine(s.GetRequiredService<IConfiguration>()["Crucible:DataPath"]!, "files"))))
            .Every<RollUpMetrics>("0 * * * * ?")
            .AddRunLive()
            .AddTableLive()
            .Endpoints(TrackingApi.Map)
            .Seed(DemoSeed.Run);
    }
}
