using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.Modules;

namespace Crucible.Experiments.Live;

/// <summary>What happens in the model registry, on its pages.</summary>
internal static class RegistryLive
{
    public static ModuleBuilder AddRegistryLive(this ModuleBuilder module) => module.Live<RegisteredModelChanged>((change, push) =>
    {
        push.Refresh(Dom.Models);
        push.Refresh(Dom.ModelVersions(change.ModelId));
        return ValueTask.CompletedTask;
    });
}
