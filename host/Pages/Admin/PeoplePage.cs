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

    // To the framework every public method whose name begins with On is a handler, of the method PAGE in this case.
    [NonHandler]
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (!OriginCheck.IsSafe(Request.Method) && Access.Of(HttpContext)?.Credential.Kind != CredentialKind.Session)
            context.Result = Forbid();
        else if (SentText.HasNul(Request))
            context.Result = BadRequest();
    }

    /// <summary>The pages of this part, for the switch in the head of each.</summary>
    // A team's page is one of the teams'; a person's is none of these.
    public IReadOnlyList<Tab> Parts =>
        [.. AdminPages.People.Parts.Select(p => new Tab(p.Title, p.Url, p.Url == "/admin/people/teams" ? Request.Path.StartsWithSegments(p.Url) : Request.Path == p.Url))];

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
}
