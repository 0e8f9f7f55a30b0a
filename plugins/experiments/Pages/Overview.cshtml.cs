using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Search;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>What an experiment is about and how it stands.</summary>
public sealed class OverviewModel(ExperimentFactStore facts, ExperimentFieldStore fields, ExperimentStore experiments, Database database) : ExperimentPageModel
{
    private const int MostMeasured = 8;

    /// <summary>What the page shows.</summary>
    public OverviewView View { get; private set; } = null!;

    /// <summary>The page, a part of it, or what its fields offer.</summary>
    public async Task<IActionResult> OnGet(long id, string? part, string? q, CancellationToken cancel)
    {
        if (part is "writers" or "projects" or "runs")
            return await experiments.Find(id, Actor, cancel) is { } of ? await Fragment<OptionList>((nameof(OptionList.Items), await Offer(of, part, q ?? "", cancel))) : NotFound();
        if (part == "acts")
            return await experiments.Find(id, Actor, cancel) is { } one ? await Fragment<ExperimentActs>((nameof(ExperimentActs.Experiment), one)) : NotFound();
        var cursor = part is null ? await database.CursorOf([Topics.Experiment(id)], cancel) : null;
        if (!await Read(id, cancel))
            return NotFound();
        if (cursor is not null)
            Shell.Of(HttpContext).Listen(cursor, [Topics.Experiment(id)]);
        return part switch
        {
            null => Page(),
            "body" => await Fragment<OverviewBody>((nameof(OverviewBody.View), View), (nameof(OverviewBody.MayWrite), View.Frame.MayWrite)),
            _ => NotFound(),
        };
    }

    /// <summary>Starts, pauses, resumes, ends or archives it.</summary>
    public async Task<IActionResult> OnPostVerb(long id, [FromForm] string? verb, CancellationToken cancel)
    {
        if (ExperimentStatusWords.VerbOf(verb) is not { } what)
            return BadRequest();
        if (await Get<ExperimentLifeStore>().Apply(id, what, Actor, cancel) is not { } refusal)
            return LocalRedirect(Back(id));
        if (refusal.Code is ErrorCode.ResourceDoesNotExist or ErrorCode.PermissionDenied)
            return Refused(refusal);
        new Toast(refusal.Message, "failed").Say(HttpContext);
        return LocalRedirect(Back(id));
    }

    /// <summary>Writes the hypothesis.</summary>
    public Task<IActionResult> OnPostHypothesis(long id, [FromForm] string? text, CancellationToken cancel) => Change(id, "hypothesis", text, () => fields.SetHypothesis(id, text ?? "", Actor, cancel), cancel);

    /// <summary>Gives it to somebody.</summary>
    public Task<IActionResult> OnPostOwner(long id, [FromForm] Guid? owner, CancellationToken cancel) => Change(id, "owner", null,
        () => owner is { } person ? fields.SetOwner(id, person, Actor, cancel) : Task.FromResult<ProtocolError?>(ProtocolError.Invalid("Choose somebody.")), cancel);

    /// <summary>Moves it to a project.</summary>
    public Task<IActionResult> OnPostProject(long id, [FromForm] long? project, CancellationToken cancel) => Change(id, "project", null, () => fields.SetProject(id, project, Actor, cancel), cancel);

    /// <summary>Says which run the others are measured against.</summary>
    public Task<IActionResult> OnPostBaseline(long id, [FromForm] string? run, CancellationToken cancel) => Change(id, "baseline", null,
        () => fields.SetBaseline(id, string.IsNullOrEmpty(run) ? null : RunId.TryRead(run, out var runId) ? runId : Guid.Empty, Actor, cancel), cancel);

    /// <summary>Adds a tag.</summary>
    public Task<IActionResult> OnPostTag(long id, [FromForm] string? key, [FromForm] string? value, CancellationToken cancel) => Change(id, "tag", null,
        () => Limits.CheckExperimentTag(key, value ?? "", out var kept) is { } wrong ? Task.FromResult<ProtocolError?>(wrong) : experiments.SetTags(id, [new(key!, kept)], Actor, cancel), cancel);

    /// <summary>Removes one.</summary>
    public async Task<IActionResult> OnPostRemoveTag(long id, [FromForm] string? key, CancellationToken cancel) =>
        await experiments.RemoveTag(id, key ?? "", Actor, cancel) is { Code: not ErrorCode.ResourceDoesNotExist } refusal ? Refused(refusal)
            : await experiments.Find(id, Actor, cancel) is null ? NotFound() : LocalRedirect(ExperimentTabs.Page(id, "overview"));

    /// <summary>Makes another like it.</summary>
    public async Task<IActionResult> OnPostClone(long id, [FromForm] string? name, CancellationToken cancel)
    {
        long? made = null;
        var answer = await Change(id, "clone", name, async () =>
        {
            (made, var refusal) = await experiments.Clone(id, string.IsNullOrWhiteSpace(name) ? null : name.Trim(), Actor, cancel);
            return refusal;
        }, cancel);
        return made is { } clone ? LocalRedirect(ExperimentTabs.Page(clone, "overview")) : answer;
    }

    /// <summary>Restores it under another name.</summary>
    public Task<IActionResult> OnPostRestoreAs(long id, [FromForm] string? name, CancellationToken cancel) => Change(id, "restore", name,
        () => string.IsNullOrWhiteSpace(name) ? Task.FromResult<ProtocolError?>(ProtocolError.Invalid("Give it a name of at most 500 characters.")) : experiments.Restore(id, name.Trim(), Actor, cancel), cancel);

    /// <summary>Removes it for good.</summary>
    public async Task<IActionResult> OnPostPurge(long id, [FromForm] string? confirm, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (confirm == experiment.Name || !Actor.MayDelete(experiment.TeamId, experiment.OwnerId))
        {
            if (await Get<PurgeStore>().Experiment(id, Actor, cancel) is { } refusal)
                return Refused(refusal);
            new Toast($"{experiment.Name} is on its way out.").Say(HttpContext);
            return LocalRedirect(Address.With(Address.Experiments, ("view", "deleted")));
        }
        new Toast("Nothing was deleted: the name that was typed is another.", "failed").Say(HttpContext);
        return LocalRedirect(ExperimentTabs.Page(id, "overview"));
    }

    private string Back(long id) => Request.Headers.Referer is [{ } from, ..] && Uri.TryCreate(from, UriKind.Absolute, out var uri) && uri.Authority == Request.Host.Value
        && uri.AbsolutePath.StartsWith(Address.Experiment(id), StringComparison.Ordinal) && Url.IsLocalUrl(uri.PathAndQuery) ? uri.PathAndQuery : ExperimentTabs.Page(id, "overview");

    private async Task<IActionResult> Change(long id, string field, string? entered, Func<Task<ProtocolError?>> verb, CancellationToken cancel)
    {
        // Before what was entered is looked at: that is said to nobody who may not enter anything.
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (field is "owner" or "restore" ? !Actor.MayDelete(experiment.TeamId, experiment.OwnerId) : field != "clone" && !Actor.MayWrite(experiment.TeamId))
            return Forbid();
        if (await verb() is not { } refusal)
            return LocalRedirect(ExperimentTabs.Page(id, "overview"));
        if (refusal.Code is ErrorCode.ResourceDoesNotExist or ErrorCode.PermissionDenied)
            return Refused(refusal);
        if (!await Read(id, cancel))
            return NotFound();
        View = View with { Frame = View.Frame with { Edit = field, Error = new(field, refusal.Message, entered) } };
        if (field == "tag")
            new Toast(refusal.Message, "failed").Say(HttpContext);
        Response.StatusCode = 422;
        return Page();
    }

    private async Task<IReadOnlyList<Option>> Offer(Experiment experiment, string part, string typed, CancellationToken cancel) => part switch
    {
        "writers" => [.. (await Get<TeamPeopleStore>().Find(experiment.TeamId, typed, writers: true, 12, cancel)).Select(p => new Option($"{p.PersonId}", p.DisplayName, p.UserName))],
        "projects" => [.. (await Get<ProjectStore>().Offer([experiment.TeamId], typed, 12, Actor, cancel)).Select(p => new Option($"{p.ProjectId}", p.Name))],
        _ => [.. (await facts.Runs(experiment.ExperimentId, typed, 12, cancel)).Select(r => new Option($"{r.RunId:N}", r.Name, $"{r.RunId:N}"[^6..]))],
    };

    private async Task<bool> Read(long id, CancellationToken cancel)
    {
        if (await JudgedFrame(id, cancel) is not { } frame)
            return false;
        var recent = await Get<ExperimentReader>().Brief(await facts.Recent(id, 6, cancel), cancel);
        var datasets = await Get<LinkStore>().Summaries([id], Actor, cancel);
        View = new(frame)
        {
            Recent = recent,
            Measured = await Measure(frame, cancel),
            Datasets = [.. datasets.GroupBy(d => (d.Name, d.Digest)).Select(g => (g.Key.Name, g.Key.Digest, string.Join(", ", g.Select(d => d.Context).OfType<string>())))],
            Models = await facts.Models(id, 6, cancel),
            Activity = await Get<ActivityStore>().Page(id, Crucible.Search.Query.Empty, null, 6, cancel),
        };
        return true;
    }

    private async Task<IReadOnlyList<Measured>> Measure(ExperimentFrameView frame, CancellationToken cancel)
    {
        Guid[] ids = [.. new[] { frame.Best?.RunId, frame.Experiment.BaselineRunId }.OfType<Guid>().Distinct()];
        var all = (await Get<SeriesStore>().OfRuns(ids, cancel)).Where(s => !s.Key.StartsWith(MetricGroups.System, StringComparison.Ordinal)).ToList();
        var goals = await Get<MetricGoalStore>().Of(frame.Experiment.ExperimentId, cancel);
        double? Of(Guid? run, string key) => all.Find(s => s.RunId == run && s.Key == key)?.LastValue;
        return [.. MetricGroups.Sort(all.Select(s => s.Key).Distinct(), k => k).Take(MostMeasured).Select(k => new Measured(k, Of(frame.Experiment.BaselineRunId, k), Of(frame.Best?.RunId, k), goals.SmallIsGood(k)))];
    }
}
