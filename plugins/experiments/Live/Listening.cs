using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Live;
using Crucible.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Live;

/// <summary>Who may listen to what.</summary>
internal static class Listening
{
    public static ModuleBuilder AddListening(this ModuleBuilder module) => module
        .Topic(new("run", async (services, actor, key, cancel) => RunId.TryRead(key, out var id)
            && await services.GetRequiredService<RunStore>().Find(id, actor, cancel) is not null))
        .Topic(new("experiment", async (services, actor, key, cancel) => long.TryParse(key, out var id)
            && await services.GetRequiredService<ExperimentStore>().Find(id, actor, cancel) is not null))
        .Topic(new("experiments", (_, actor, key, _) => ValueTask.FromResult(Guid.TryParseExact(key, "N", out var team) && actor.MayRead(team))));
}
