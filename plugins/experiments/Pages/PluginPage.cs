using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Fragments;
using Crucible.Live;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Pages;

/// <summary>What the pages of this plugin share: who asks, and how a fragment or a refusal is answered.</summary>
[Authorize]
public abstract class PluginPage : PageModel
{
    /// <summary>Who asks.</summary>
    protected Actor Actor => Actor.Of(HttpContext);

    /// <summary>A script asked, which takes a fragment instead of a page.</summary>
    protected bool ByScript => Request.Headers.ContainsKey("HX-Request");

    /// <summary>The hidden field of this visitor's forms.</summary>
    protected FormToken Token
    {
        get
        {
            var tokens = HttpContext.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(HttpContext);
            return new(tokens.FormFieldName, tokens.RequestToken!);
        }
    }

    /// <summary>A value of the address; null when it is missing.</summary>
    protected string? Query(string name) => Request.Query[name] is [{ } value, ..] ? value : null;

    /// <summary>A store, for the handlers that alone need it.</summary>
    protected T Get<T>() where T : notnull => HttpContext.RequestServices.GetRequiredService<T>();

    /// <summary>Links the style sheet of the pages that are about experiments as a whole.</summary>
    protected void Style() => Shell.Of(HttpContext).Style("/assets/experiments/life.css");

    /// <summary>Answers with a fragment alone, as a push would bring it.</summary>
    protected async Task<ContentResult> Fragment<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent =>
        Content(await HttpContext.RequestServices.GetRequiredService<FragmentRenderer>().Render<TComponent>(parameters), "text/html; charset=utf-8");

    /// <summary>The same, for a part that another class answers.</summary>
    internal Task<ContentResult> Answer<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent => Fragment<TComponent>(parameters);

    /// <summary>A refusal that is about the whole and not about a field.</summary>
    protected IActionResult Refused(ProtocolError refusal)
    {
        if (refusal.Code is ErrorCode.ResourceDoesNotExist)
            return NotFound();
        return refusal.Code is ErrorCode.PermissionDenied ? Forbid() : Problem(refusal.Message);
    }

    private ObjectResult Problem(string detail) =>
        new(new ProblemDetails { Title = "That was refused", Detail = detail, Status = 409 }) { StatusCode = 409 };
}
