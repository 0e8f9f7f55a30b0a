using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>The form of a new experiment.</summary>
public sealed class NewModel(ExperimentStore experiments, ProjectStore projects) : PluginPage
{
    /// <summary>What the form shows.</summary>
    public NewView View { get; private set; } = new(new());

    /// <summary>The form, empty but for what the address names.</summary>
    public async Task<IActionResult> OnGet(long? project, CancellationToken cancel)
    {
        if (!Actor.MayWrite(Actor.HomeTeam))
            return Forbid();
        await Show(new() { Project = project }, null, cancel);
        return Page();
    }

    /// <summary>Makes it.</summary>
    public async Task<IActionResult> OnPost([FromForm] NewForm form, CancellationToken cancel)
    {
        if (!Actor.MayWrite(Actor.HomeTeam))
            return Forbid();
        var wrong = form.Read(Actor.HomeTeam, out var made);
        if (wrong is null)
        {
            var (id, refusal) = await experiments.Create(made, Actor, cancel);
            if (id is { } there)
                return LocalRedirect(form.Start ? Address.Experiment(there) : ExperimentTabs.Page(there, "overview"));
            wrong = new("name", refusal!.Code == ErrorCode.ResourceAlreadyExists ? "This name is taken. Names are unique over all teams." : refusal.Message);
        }
        await Show(form, wrong, cancel);
        Response.StatusCode = 422;
        return Page();
    }

    private async Task Show(NewForm form, FieldError? wrong, CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("New experiment", ("Experiments", Address.Experiments));
        Style();
        View = new(form) { Error = wrong, Token = Token, Project = form.Project is { } id ? await projects.Find(id, Actor, cancel) : null };
    }
}
