using Crucible.Host.Jobs;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>Every declared job, live.</summary>
internal sealed class DeclaredModel(JobBoard board, JobListStore list, RunListStore runs, JobRuleStore rules, DeclaredJobs jobs, JobNews news) : JobsPage
{
    public JobListView View { get; private set; } = null!;

    public async Task<IActionResult> OnGet(string? part)
    {
        await Frame("Jobs", JobNews.All);
        View = new() { Viewer = Viewer, Jobs = await board.All(Cancel), Unknown = await list.Unknown(Cancel), Counts = await runs.Counts(Cancel) };
        return part == "list" ? await Fragment<JobTable>((nameof(JobTable.View), View)) : Page();
    }

    public Task<IActionResult> OnPostPause(string? plugin, string? job) => Set(plugin, job, true);

    public Task<IActionResult> OnPostResume(string? plugin, string? job) => Set(plugin, job, false);

    private async Task<IActionResult> Set(string? plugin, string? job, bool paused)
    {
        if (!May("pause"))
            return Forbid();
        var keys = jobs.All.Where(j => job is null ? j.Plugin == plugin : j.Key == job).Select(j => j.Key).ToList();
        if (keys.Count == 0)
            return NotFound();
        await rules.Pause(keys, paused, Actor, Cancel);
        news.Queued();
        news.Changed();
        return Said($"{(job is null ? $"All jobs of {jobs.PluginTitle(plugin!)} are" : $"{jobs.TitleOf(job)} is")} {(paused ? "paused" : "on again")}.", job is null ? JobsUrl.Declared : JobsUrl.Job(job),
            $"{JobsUrl.Declared}?handler={(paused ? "Resume" : "Pause")}&{(job is null ? $"plugin={Uri.EscapeDataString(plugin!)}" : $"job={Uri.EscapeDataString(job)}")}");
    }
}

/// <summary>The page of declared jobs.</summary>
public sealed record JobListView
{
    public required JobsViewer Viewer { get; init; }
    public required IReadOnlyList<JobCard> Jobs { get; init; }

    /// <summary>Keys in the queue that nobody knows.</summary>
    public required IReadOnlyList<string> Unknown { get; init; }

    public required IReadOnlyDictionary<string, int> Counts { get; init; }
}
