using System.Globalization;
using Crucible.Host.Jobs;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>One job: its schedule, its limit, its history, and running it by hand.</summary>
internal sealed class JobModel(JobBoard board, RunListStore runs, RunActStore acts, JobRuleStore rules, JobSchedules schedules, JobMinuteStore minutes, DatabaseClock clock, JobNews news) : JobsPage
{
    private const int Day = 24 * 60;

    public JobView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(string key, string? part, string? cron)
    {
        if (part == "times")
            return await Fragment<ScheduleTimes>((nameof(ScheduleTimes.Times), ScheduleTimes.Of(cron, clock.GetUtcNow())));
        return await Show(key, part);
    }

    public async Task<IActionResult> OnPostRun(string key)
    {
        if (!May("run"))
            return Forbid();
        if (await board.Find(key, Cancel) is not { } job)
            return NotFound();
        // Declared names only: what else the form holds is not for the job.
        var given = job.Rule.Policy.Arguments.Where(_ => Request.HasFormContentType).Select(a => (a.Name, Value: Request.Form[$"arg-{a.Name}"].ToString().Trim())).Where(a => a.Value.Length > 0).ToDictionary(a => a.Name, a => a.Value);
        if (job.Rule.Policy.Arguments.FirstOrDefault(a => a.Required && !given.ContainsKey(a.Name)) is { } missing)
            return await Refused(key, $"arg-{missing.Name}", $"{missing.What} is needed.", given.GetValueOrDefault(missing.Name));
        if (given.Sum(a => a.Key.Length + a.Value.Length) > 4000 || given.Values.FirstOrDefault(v => v.Contains('\0', StringComparison.Ordinal)) is not null)
            return await Refused(key, $"arg-{given.Keys.First()}", "Arguments are ids: at most 4,000 characters in all.", null);
        if (job.IsPaused)
            new Crucible.Ui.Toast("It waits until the job is resumed.", "running").Say(HttpContext);
        return LocalRedirect(JobsUrl.Run(await acts.Run(job.Rule, given, Actor, Cancel)));
    }

    public async Task<IActionResult> OnPostSchedule(string key, [FromForm] string? cron)
    {
        if (!May("schedule"))
            return Forbid();
        if (await board.Find(key, Cancel) is not { } job)
            return NotFound();
        var (read, error) = Cron.Read(cron, clock.GetUtcNow());
        return error is not null ? await Refused(key, "cron", error, cron) : await SetCron(job, read!.Text == job.Rule.Cron ? null : read.Text, $"It runs {read.InWords()}.");
    }

    /// <summary>Back to what the plugin declares.</summary>
    public async Task<IActionResult> OnPostReset(string key)
    {
        if (!May("schedule"))
            return Forbid();
        return await board.Find(key, Cancel) is { } job ? await SetCron(job, null, "The declared schedule holds again.") : NotFound();
    }

    public async Task<IActionResult> OnPostLimit(string key, [FromForm] string? limit)
    {
        if (!May("schedule"))
            return Forbid();
        if (await board.Find(key, Cancel) is not { } job)
            return NotFound();
        int? atOnce = null;
        if (!string.IsNullOrWhiteSpace(limit))
        {
            if (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 1000)
                return await Refused(key, "limit", "Write a number from 1 to 1,000, or nothing for the declared limit.", limit);
            atOnce = number;
        }
        await rules.SetLimit(job.Rule.Key, atOnce, Actor, Cancel);
        return Changed(atOnce is null ? "The declared limit holds again." : $"At most {atOnce} at once, over all hosts.", key);
    }

    private async Task<IActionResult> SetCron(JobCard job, string? cron, string said)
    {
        await rules.SetCron(job.Rule.Key, cron, Actor, Cancel);
        await schedules.Set(job.Rule.Key, cron ?? job.Rule.Cron, Cancel);
        return Changed(said, job.Rule.Key);
    }

    private IActionResult Changed(string said, string key)
    {
        news.Queued();
        news.Changed();
        return Said(said, JobsUrl.Job(key));
    }

    private async Task<IActionResult> Refused(string key, string field, string error, string? entered)
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await Show(key, null, (field, error, entered));
    }

    private async Task<IActionResult> Show(string key, string? part, (string Field, string Text, string? Entered)? error = null)
    {
        if (part is null)
            await Frame("Job", JobNews.All);
        if (await board.Find(key, Cancel) is not { } job)
            return NotFound();
        View = new() { Viewer = Viewer, Job = job, Error = error, Runs = await runs.Page(RunFilter.Everything with { Jobs = [key] }, null, 20, Cancel), Steps = await minutes.Read(key, Day, 30, Cancel) };
        if (part == "list")
            return await Fragment<JobRuns>((nameof(JobRuns.View), View));
        Crucible.Ui.Shell.Of(HttpContext).Page(job.Rule.Title, ("Admin", "/admin"), ("Jobs", JobsUrl.Declared));
        return Page();
    }
}

/// <summary>The page of one job.</summary>
public sealed record JobView
{
    public required JobsViewer Viewer { get; init; }
    public required JobCard Job { get; init; }
    public required IReadOnlyList<RunRow> Runs { get; init; }

    /// <summary>The last day in half hours.</summary>
    public required IReadOnlyList<JobStep> Steps { get; init; }

    /// <summary>What is wrong with a field of a form, and what stood in it.</summary>
    public (string Field, string Text, string? Entered)? Error { get; init; }

    public string? ErrorOf(string field) => Error is { } error && error.Field == field ? error.Text : null;

    public string? Entered(string field) => Error is { } error && error.Field == field ? error.Entered : null;
}
