using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>The configuration of an experiment, and every version of it.</summary>
public sealed class ConfigurationModel(ConfigStore configs, ExperimentStore experiments, Database database) : ExperimentPageModel
{
    private const int Versions = 50;

    /// <summary>What the page shows.</summary>
    public ConfigurationView View { get; private set; } = null!;

    /// <summary>The newest version or one of them, compared with another, or the editor.</summary>
    public async Task<IActionResult> OnGet(long id, int? version, int? against, int? before, string? part, CancellationToken cancel)
    {
        if (part == "news")
            return await experiments.Find(id, Actor, cancel) is { } one ? await Fragment<ConfigurationNews>((nameof(ConfigurationNews.ExperimentId), id), (nameof(ConfigurationNews.Newest), one.ConfigVersion), (nameof(ConfigurationNews.Seen), version)) : NotFound();
        var cursor = await database.CursorOf([Topics.Experiment(id)], cancel);
        if (!await Read(id, version, against, before, cancel))
            return NotFound();
        Shell.Of(HttpContext).Listen(cursor, [Topics.Experiment(id)]);
        return Page();
    }

    /// <summary>Saves the next version.</summary>
    public async Task<IActionResult> OnPostSave(long id, [FromForm] string? text, [FromForm] int seen, CancellationToken cancel)
    {
        if (await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        if (!Actor.MayWrite(experiment.TeamId))
            return Forbid();
        var wrong = Configuration.Read(text ?? "", out var configuration);
        if (wrong is null)
        {
            var refusal = await configs.Save(id, configuration, seen, Actor, cancel);
            if (refusal is null)
                return LocalRedirect(ExperimentTabs.Page(id, "configuration"));
            if (refusal.Code is ErrorCode.ResourceDoesNotExist or ErrorCode.PermissionDenied)
                return Refused(refusal);
            wrong = refusal.Message;
        }
        if (!await Read(id, null, null, null, cancel))
            return NotFound();
        View = View with { Editing = true, Error = wrong, Entered = text ?? "", Seen = seen };
        Response.StatusCode = 422;
        return Page();
    }

    private async Task<bool> Read(long id, int? version, int? against, int? before, CancellationToken cancel)
    {
        if (await JudgedFrame(id, cancel) is not { } frame)
            return false;
        var newest = frame.Experiment.ConfigVersion;
        var shown = newest == 0 ? null : await configs.Find(id, version ?? newest, cancel);
        if (version is not null && shown is null)
            return false;
        var versions = await configs.Versions(id, before ?? int.MaxValue, Versions + 1, cancel);
        View = new(frame, shown)
        {
            Against = against is { } other ? await configs.Find(id, other, cancel) : null,
            Versions = [.. versions.Take(Versions)],
            More = versions.Count > Versions,
            Editing = Query("edit") == "configuration",
            Seen = newest,
        };
        return true;
    }
}
