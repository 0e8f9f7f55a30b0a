using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Pages;

/// <summary>A page of one experiment, with what stands around it.</summary>
public abstract class ExperimentPageModel : PluginPage
{
    /// <summary>What stands around the page; null when this actor sees no such experiment.</summary>
    protected async Task<ExperimentFrameView?> Frame(long id, CancellationToken cancel)
    {
        var experiments = HttpContext.RequestServices.GetRequiredService<ExperimentStore>();
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return null;
        var tags = experiments.Tags([id], cancel);
        var counts = HttpContext.RequestServices.GetRequiredService<RunTableStore>().Counts(id, cancel);
        var mayWrite = Actor.MayWrite(experiment.TeamId);
        Shell.Of(HttpContext).Page(experiment.Name, ("Experiments", Address.Experiments));
        return new(experiment, [.. (await tags)[id]])
        {
            Counts = await counts,
            Edit = Request.Method == "GET" ? Query("edit") : null,
            MayWrite = mayWrite,
            MayDelete = Actor.MayDelete(experiment.TeamId, experiment.OwnerId),
            Token = mayWrite && (!ByScript || Query("edit") is not null) ? Token : null,
            TrackingUri = $"{Request.Scheme}://{Request.Host}",
        };
    }
}
