using Crucible.Data;
using Crucible.Host.Jobs;
using Crucible.Host.Security;
using Crucible.Live;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin.Jobs;

/// <summary>What the jobs pages share: who may see them, and how a deed is answered.</summary>
[Authorize("crucible.jobs")]
internal abstract class JobsPage : PageModel
{
    protected Actor Actor => Actor.Of(HttpContext);

    protected CancellationToken Cancel => HttpContext.RequestAborted;

    protected T Get<T>() where T : notnull => HttpContext.RequestServices.GetRequiredService<T>();

    /// <summary>Who looks, and what they may do.</summary>
    protected JobsViewer Viewer
    {
        get
        {
            var tokens = Get<IAntiforgery>().GetAndStoreTokens(HttpContext);
            var permissions = Get<Permissions>();
            bool May(string verb) => permissions.Allows(Actor, $"crucible.{verb}-jobs");
            return new((tokens.FormFieldName, tokens.RequestToken!), Get<DatabaseClock>().GetUtcNow(), Get<RunListStore>().IsCut, May("run"), May("retry"), May("cancel"), May("pause"), May("schedule"));
        }
    }

    /// <summary>Names the page and listens to what changes on it.</summary>
    protected async Task Frame(string title, params Topic[] topics) =>
        Shell.Of(HttpContext).Page(title, title == "Jobs" ? [("Admin", "/admin")] : [("Admin", "/admin"), ("Jobs", JobsUrl.Runs)])
            .Listen(await Get<Database>().CursorOf(topics, Cancel), topics);

    protected async Task<IActionResult> Fragment<TComponent>(params (string Name, object? Value)[] parameters) where TComponent : IComponent =>
        Content(await Get<FragmentRenderer>().Render<TComponent>(parameters), "text/html; charset=utf-8");

    /// <summary>Whether whoever asks may do this; the buttons are only a courtesy.</summary>
    protected bool May(string verb) => Get<Permissions>().Allows(Actor, $"crucible.{verb}-jobs");

    /// <summary>A toast: at once for a script, whose page hears the rest, else on the page that a plain form comes back to.</summary>
    /// <param name="text">What was done.</param>
    /// <param name="url">Where a plain form comes back to.</param>
    /// <param name="undo">Where taking it back posts; null where it cannot be.</param>
    protected IActionResult Said(string text, string url, string? undo = null)
    {
        new Toast(text, Undo: undo).Say(HttpContext);
        return Request.Headers.ContainsKey("HX-Request") ? StatusCode(StatusCodes.Status204NoContent) : LocalRedirect(url);
    }

    protected static string Counted(int count, string what) => $"{Ui.Text.Numbers.Count(count)} run{(count == 1 ? "" : "s")} {what}.";
}

/// <summary>Who looks at a jobs page.</summary>
/// <param name="Token">The hidden field of their forms.</param>
/// <param name="Now">The database's time.</param>
/// <param name="IsCut">Whether there are more runs than a search looks at.</param>
/// <param name="MayRun">Run a job now.</param>
/// <param name="MayRetry">Retry and discard.</param>
/// <param name="MayCancel">Cancel.</param>
/// <param name="MayPause">Pause and resume.</param>
/// <param name="MaySchedule">Change schedules and limits.</param>
public sealed record JobsViewer((string Name, string Value) Token, DateTimeOffset Now, bool IsCut, bool MayRun, bool MayRetry, bool MayCancel, bool MayPause, bool MaySchedule);

/// <summary>Addresses of the jobs pages.</summary>
internal static class JobsUrl
{
    public const string Runs = "/admin/jobs";
    public const string Declared = "/admin/jobs/job";
    public const string Dead = "/admin/jobs/dead";
    public const string Nodes = "/admin/jobs/nodes";

    public static string Run(Guid id) => $"/admin/jobs/{id}";

    public static string Job(string key) => $"/admin/jobs/job/{Uri.EscapeDataString(key)}";

    public static string Find(string? query, Guid? before = null) => Runs + (string.IsNullOrEmpty(query) ? "" : $"?q={Uri.EscapeDataString(query)}")
        + (before is null ? "" : $"{(string.IsNullOrEmpty(query) ? "?" : "&")}before={before}");
}
