using Crucible.Experiments.Data;
using Crucible.Experiments.Pages;
using Crucible.People;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Fragments;

/// <summary>Some runs for a tile of the home page.</summary>
public sealed record RunsTileModel(string Id, bool Running, IReadOnlyList<RunLine> Lines)
{
    /// <summary>DOM id of the tile of runs at work.</summary>
    public const string AtWork = "experiments-running";

    /// <summary>DOM id of the tile of runs that ended.</summary>
    public const string Ended = "experiments-ended";

    /// <summary>Loads a tile for this actor.</summary>
    public static async Task<object> Load(bool running, IServiceProvider services, Actor actor, CancellationToken cancel)
    {
        var runs = await services.GetRequiredService<ExperimentListStore>().Recent(running, 6, actor, cancel);
        var lines = await services.GetRequiredService<ExperimentReader>().Brief(runs, cancel);
        return new RunsTileModel(running ? AtWork : Ended, running, lines);
    }
}
