using Crucible.Host.People;
using Crucible.Host.Security;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin;

/// <summary>
/// A page about people. Changes are for people in a browser: a token with this permission could otherwise make itself a link that
/// opens an account.
/// </summary>
[Authorize("crucible.people")]
internal abstract class PeoplePage : PageModel
{
    protected Actor Actor => Actor.Of(HttpContext);

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (!OriginCheck.IsSafe(Request.Method) && Access.Of(HttpContext)?.Credential.Kind != CredentialKind.Session)
            context.Result = Forbid();
        else if (SentText.HasNul(Request))
            context.Result = BadRequest();
    }

    /// <summary>The pages of this part, for the switch in the head of each.</summary>
    public IReadOnlyList<Tab> Parts =>
    [
        new("People", "/admin/people", IsAt("/admin/people")),
        new("Teams", "/admin/people/teams", Request.Path.StartsWithSegments("/admin/people/teams")),
        new("Roles", "/admin/people/roles", IsAt("/admin/people/roles")),
        new("Invitations", "/admin/people/invitations", IsAt("/admin/people/invitations")),
        new("Refused", "/admin/people/refused", IsAt("/admin/people/refused")),
    ];

    /// <summary>Back to a page, which says what was done and, where it can be, offers to take it back.</summary>
    protected LocalRedirectResult Done(string what, string url, string? undo = null)
    {
        new Toast(what, Undo: undo).Say(HttpContext);
        return LocalRedirect(url);
    }

    /// <summary>Notes what is wrong at a field; the page is then answered with 422.</summary>
    protected void Refuse(string field, string why)
    {
        ModelState.AddModelError(field, why);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
    }

    /// <summary>What was refused at a field.</summary>
    public string? Fault(string field) => ModelState[field]?.Errors.FirstOrDefault()?.ErrorMessage;

    /// <summary>The roles that whoever looks may give.</summary>
    public IEnumerable<(string Value, string Text)> Roles => Enum.GetValues<Role>().Where(r => r <= Actor.Role).Select(r => (PersonStore.Text(r), PersonStore.Text(r)));

    private bool IsAt(string path) => Request.Path == path;
}
