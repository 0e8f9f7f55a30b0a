using Crucible.Host.Jobs;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>The hosts that share the work, and what each runs.</summary>
internal sealed class NodesModel(JobListStore list, RunListStore runs) : JobsPage
{
    public NodesView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(string? part)
    {
        await Frame("Jobs", JobNews.All);
        View = new(Viewer, await list.Nodes(Cancel), (await list.UnderWay(Cancel)).ToLookup(r => r.NodeId), await runs.Counts(Cancel));
        return part == "list" ? await Fragment<NodeTable>((nameof(NodeTable.View), View)) : Page();
    }
}

/// <summary>The page of hosts.</summary>
public sealed record NodesView(JobsViewer Viewer, IReadOnlyList<NodeRow> Nodes, ILookup<long?, UnderWayRow> Runs, IReadOnlyDictionary<string, int> Counts);
