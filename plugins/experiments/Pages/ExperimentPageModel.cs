using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
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
        var facts = Get<ExperimentFactStore>().Of(id, cancel);
        var mayWrite = Actor.MayWrite(experiment.TeamId);
        Style();
        Shell.Of(HttpContext).Page(experiment.Name, ("Experiments", Address.Experiments));
        return new(experiment, [.. (await tags)[id]])
        {
            Counts = await counts,
            Facts = await facts,
            Edit = Request.Method == "GET" ? Query("edit") : null,
            MayWrite = mayWrite,
            MayDelete = Actor.MayDelete(experiment.TeamId, experiment.OwnerId),
            Token = mayWrite && (!ByScript || Query("edit") is not null) ? Token : null,
            TrackingUri = $"{Request.Scheme}://{Request.Host}",
        };
    }

    /// <summary>The same with the best run, for pages that read no table of runs.</summary>
    protected async Task<ExperimentFrameView?> JudgedFrame(long id, CancellationToken cancel)
    {
        if (await Frame(id, cancel) is not { } frame)
            return null;
        var list = Get<ExperimentListStore>();
        if (MetricGroups.Sort((await list.Judged([id], cancel))[id], k => k) is not [var first, ..])
            return frame;
        var best = await list.Best([(id, first, (await Get<MetricGoalStore>().Of(id, cancel)).SmallIsGood(first))], cancel);
        return frame with { First = first, Best = best is [var one] ? (one.RunId, one.Name, one.Value) : null };
    }
}
