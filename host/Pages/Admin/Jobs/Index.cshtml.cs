using Crucible.Host.Jobs;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>All runs, live.</summary>
internal sealed class RunsModel(RunListStore runs, RunActStore acts, JobMinuteStore minutes, DatabaseClock clock) : JobsPage
{
    private const int PageSize = 50;
    private const int MostChosen = 1000;

    public RunsView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(string? q, Guid? before, string? part)
    {
        if (part == "overview")
            return await Fragment<JobsOverview>((nameof(JobsOverview.View), await Overview(new() { Viewer = Viewer, Query = q ?? "" })));
        if (part is null)
            await Frame("Jobs", JobNews.All);
        var (filter, error) = RunQuery.Read(q, clock.GetUtcNow());
        var found = error is null ? await runs.Page(filter, before, PageSize + 1, Cancel) : [];
        View = new() { Viewer = Viewer, Query = q ?? "", Filter = filter, Error = error, Before = before, Runs = [.. found.Take(PageSize)], Next = found.Count > PageSize ? found[PageSize - 1].Id : null };
        if (part == "list")
            return await Fragment<RunList>((nameof(RunList.View), View));
        View = await Overview(View);
        return Page();
    }

    public Task<IActionResult> OnPostRetry([FromForm] RunChoice choice) =>
        Act("retry", choice, [RunState.Dead, RunState.Failed, RunState.Cancelled, RunState.Retrying], ids => acts.Retry(ids, Actor, Cancel), "queued again");

    public Task<IActionResult> OnPostCancel([FromForm] RunChoice choice) =>
        Act("cancel", choice, [RunState.Queued, RunState.Retrying, RunState.Running], ids => acts.Cancel(ids, Actor, Cancel), "cancelled or told to stop");

    public Task<IActionResult> OnPostDiscard([FromForm] RunChoice choice) => Act("retry", choice, [RunState.Dead], ids => acts.Discard(ids, Actor, Cancel), "discarded");

    private async Task<IActionResult> Act(string verb, RunChoice choice, string[] states, Func<IReadOnlyList<Guid>, Task<int>> act, string done)
    {
        if (!May(verb))
            return Forbid();
        if (!choice.All)
            return Said(Counted(await act([.. choice.Ids.Take(MostChosen)]), done), JobsUrl.Find(choice.Q));
        var (filter, error) = RunQuery.Read(choice.Q, clock.GetUtcNow());
        if (error is not null || filter.IsEverything)
            return BadRequest();
        return Said(Counted(await acts.All(filter, states, act, Cancel), done), JobsUrl.Find(choice.Q));
    }

    private async Task<RunsView> Overview(RunsView view) => view with { Counts = await runs.Counts(Cancel), Steps = await minutes.Read(null, 60, 1, Cancel) };
}

/// <summary>Which runs a deed is for.</summary>
internal sealed record RunChoice
{
    public Guid[] Ids { get; init; } = [];

    /// <summary>All that the query finds, instead of the chosen ones.</summary>
    public bool All { get; init; }

    public string? Q { get; init; }
}
