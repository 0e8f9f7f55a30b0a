using Crucible.Host.Jobs;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>Runs that were given up, by job and error.</summary>
internal sealed class DeadModel(JobListStore list, RunListStore runs, RunActStore acts) : JobsPage
{
    public DeadView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(string? part)
    {
        await Frame("Jobs", JobNews.All);
        View = new(Viewer, await list.Dead(Cancel), await runs.Counts(Cancel));
        return part == "list" ? await Fragment<DeadTable>((nameof(DeadTable.View), View)) : Page();
    }

    public Task<IActionResult> OnPostRetry([FromForm] string? job, [FromForm] string? pattern) => Act(job, pattern, acts.Retry, "queued again");

    public Task<IActionResult> OnPostDiscard([FromForm] string? job, [FromForm] string? pattern) => Act(job, pattern, acts.Discard, "discarded");

    private async Task<IActionResult> Act(string? job, string? pattern, Func<IReadOnlyList<Guid>, Crucible.People.Actor, CancellationToken, Task<int>> act, string done)
    {
        if (!May("retry"))
            return Forbid();
        var all = 0;
        foreach (var ids in (await list.DeadIds(job ?? "", pattern ?? "", Cancel)).Chunk(1000))
            all += await act(ids, Actor, Cancel);
        return Said(Counted(all, done), JobsUrl.Dead);
    }
}

/// <summary>The page of dead letters.</summary>
public sealed record DeadView(JobsViewer Viewer, IReadOnlyList<DeadGroup> Groups, IReadOnlyDictionary<string, int> Counts);
