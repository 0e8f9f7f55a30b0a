using Crucible.Experiments.Fragments;
using Crucible.Modules;
using Crucible.People;
using Crucible.Search;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Crucible.Experiments.Imports;

/// <summary>Bringing in what was logged elsewhere.</summary>
internal static class ImportsModule
{
    /// <summary>Who may import.</summary>
    public const string Permission = "experiments.import";

    public static ModuleBuilder AddImports(this ModuleBuilder module) => module
        .Options<ImportLimits>()
        .Permission("import", Role.Member, "Import experiments from files and, where allowed, from other servers")
        .Services(services => services
            .AddSingleton<ImportWork>()
            .AddSingleton<ServerImports>()
            .AddSingleton<Beginning>()
            .AddHttpClient(ServerImports.Client, ServerImports.Configure).ConfigurePrimaryHttpMessageHandler(ServerImports.Handler))
        .Job<RunImport>(RunImport.Policy)
        .Every<SweepImports>("40 */10 * * * ?", SweepImports.Policy)
        .Live<ImportMoved>((change, push) =>
        {
            push.Refresh(Dom.Import(change.ImportId));
            return ValueTask.CompletedTask;
        })
        .Action(new("Import experiments", Address.Import, "download") { To = actor => actor.Role >= Role.Member, Also = "mlflow tensorboard csv upload" })
        .Endpoints(ImportEndpoints.Map)
        .Command("import", ImportCommand.Usage, "bring in a store of MLflow, a table of runs or event files", ImportCommand.Run);
}
