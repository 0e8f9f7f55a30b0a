using Crucible.Host.Jobs;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>One run, live: how far it is, what it says, how its attempts went.</summary>
internal sealed class RunModel(RunListStore runs, RunActStore acts, JobBoard board, DeclaredJobs jobs) : JobsPage
{
    public const int LogPage = 500;
    private const int MostLines = 10_000; // as many as are kept

    public RunView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(Guid id, string? part, int? from)
    {
        if (await runs.Find(id, Cancel) is not { } run)
            return NotFound();
        if (part is null)
            await Frame("Run", run.IsOver ? [JobNews.Run(id)] : [JobNews.Run(id), JobNews.All]);
        View = new() { Viewer = Viewer, Run = run, Title = jobs.TitleOf(run.Job), From = from };
        if (part != "log")
            View = View with { Attempts = await runs.Attempts(id, Cancel), UsualMs = (await board.Find(run.Job, Cancel))?.UsualMs, IsDeclared = jobs.Find(run.Job) is not null };
        if (part != "run")
            View = View with { Log = await runs.Log(id, from ?? 0, from is null ? LogPage : MostLines, Cancel) };
        if (part is null)
            Crucible.Ui.Shell.Of(HttpContext).Page($"{View.Title} {Crucible.Ui.ShortId.Shorten(id.ToString("N"), 6)}", ("Admin", "/admin"), ("Jobs", JobsUrl.Runs));
        return part switch
        {
            "run" => await Fragment<RunHead>((nameof(RunHead.View), View)),
            "log" => await Fragment<RunLog>((nameof(RunLog.View), View)),
            _ => Page(),
        };
    }

    public Task<IActionResult> OnPostRetry(Guid id) => Act("retry", id, acts.Retry, "It is queued again.");

    public Task<IActionResult> OnPostCancel(Guid id) => Act("cancel", id, acts.Cancel, "It is told to stop.");

    public Task<IActionResult> OnPostDiscard(Guid id) => Act("retry", id, acts.Discard, "It is discarded.", $"{JobsUrl.Runs}?handler=Restore&ids={id}");

    private async Task<IActionResult> Act(string verb, Guid id, Func<IReadOnlyList<Guid>, Crucible.People.Actor, CancellationToken, Task<int>> act, string done, string? undo = null)
    {
        if (!May(verb))
            return Forbid();
        return await act([id], Actor, Cancel) > 0 ? Said(done, JobsUrl.Run(id), undo) : Said("Nothing to do: its state has changed in the meantime.", JobsUrl.Run(id));
    }
}
