using Crucible.Experiments.Data;
using Crucible.Modules;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Jobs;

/// <summary>Acts on many runs, and how long what was deleted is kept.</summary>
internal static class Trash
{
    public static ModuleBuilder AddTrash(this ModuleBuilder module) => module
        .Job<ActOnRuns>(new() { Title = "Act on many runs", What = "Tags, archives, moves, restores or deletes runs that somebody chose", Timeout = TimeSpan.FromHours(6) })
        .Every<SweepLeftovers>("0 40 * * * ?", new() { Title = "Sweep up after deleted runs", What = "Removes points and files of runs that were deleted for ever", Timeout = TimeSpan.FromHours(6) })
        .Retention("trash", "Runs in the trash", 90, (services, before, cancel) => services.GetRequiredService<LeftoverStore>().Forget(before, cancel))
        .Retention("run-batches", "What many runs were changed by at once, for taking it back", 30, (services, before, cancel) => services.GetRequiredService<RunBatchStore>().Forget(before, cancel));
}
