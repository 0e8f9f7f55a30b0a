using Crucible.Host.Jobs;
using Crucible.Search;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>All runs, live.</summary>
internal sealed class RunsModel(RunListStore runs, RunActStore acts, JobMinuteStore minutes, DeclaredJobs jobs, DatabaseClock clock) : JobsPage
{
    private const int PageSize = 50;
    private const int MostChosen = 1000;
    private const int MostUndone = 40;

    public RunsView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(string? q, Guid? before, string? part, string? key)
    {
        if (part == "options")
            return await Fragment<OptionList>((nameof(OptionList.Items), Options(key, q ?? "")));
        if (part == "overview")
            return await Fragment<JobsOverview>((nameof(JobsOverview.View), await Overview(new() { Viewer = Viewer, Query = RunQuery.Read(q, clock.GetUtcNow()).Query })));
        if (part is null)
            await Frame("Jobs", JobNews.All);
        var (query, filter) = RunQuery.Read(q, clock.GetUtcNow());
        var found = query.Errors.Count == 0 ? await runs.Page(filter, before, PageSize + 1, Cancel) : [];
        View = new() { Viewer = Viewer, Query = query, Filter = filter, Before = before, Runs = [.. found.Take(PageSize)], Next = found.Count > PageSize ? found[PageSize - 1].Id : null };
        if (part == "list")
            return await Fragment<RunList>((nameof(RunList.View), View));
        View = await Overview(View);
        return Page();
    }

    public Task<IActionResult> OnPostRetry([FromForm] RunChoice choice) =>
        Act("retry", choice, [RunState.Dead, RunState.Failed, RunState.Cancelled, RunState.Retrying], ids => acts.Retry(ids, Actor, Cancel), "queued again");

    public Task<IActionResult> OnPostCancel([FromForm] RunChoice choice) =>
        Act("cancel", choice, [RunState.Queued, RunState.Retrying, RunState.Running], ids => acts.Cancel(ids, Actor, Cancel), "cancelled or told to stop");

    public Task<IActionResult> OnPostDiscard([FromForm] RunChoice choice) => Act("retry", choice, [RunState.Dead], ids => acts.Discard(ids, Actor, Cancel), "discarded", UndoOf(choice));

    /// <summary>Takes a discard back.</summary>
    public async Task<IActionResult> OnPostRestore(Guid[] ids) =>
        May("retry") ? Said(Counted(await acts.Restore([.. ids.Take(MostUndone)], Actor, Cancel), "among the dead letters again"), JobsUrl.Dead) : Forbid();

    // The address holds them, so it is offered for a few.
    private static string? UndoOf(RunChoice choice) =>
        choice is { All: false, Ids: { Length: > 0 and <= MostUndone } ids } ? $"{JobsUrl.Runs}?handler=Restore{string.Concat(ids.Select(id => $"&ids={id}"))}" : null;

    private async Task<IActionResult> Act(string verb, RunChoice choice, string[] states, Func<IReadOnlyList<Guid>, Task<int>> act, string done, string? undo = null)
    {
        if (!May(verb))
            return Forbid();
        if (!choice.All)
            return Said(Counted(await act([.. choice.Ids.Take(MostChosen)]), done), JobsUrl.Find(choice.Q), undo);
        var (query, filter) = RunQuery.Read(choice.Q, clock.GetUtcNow());
        if (query.Errors.Count > 0 || filter.IsEverything)
            return BadRequest();
        return Said(Counted(await acts.All(filter, states, act, Cancel), done), JobsUrl.Find(choice.Q));
    }

    // Values for the field to offer, of what this host has.
    private List<Option> Options(string? key, string typed) =>
        [.. (key == "plugin" ? jobs.All.Select(j => new Option(j.Plugin, jobs.PluginTitle(j.Plugin))).Distinct() : key == "job" ? jobs.All.Select(j => new Option(j.Key, j.Title)) : [])
            .Where(o => o.Value.Contains(typed, StringComparison.OrdinalIgnoreCase) || o.Text?.Contains(typed, StringComparison.OrdinalIgnoreCase) == true).Take(20)];

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
