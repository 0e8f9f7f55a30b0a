using Crucible.Host.People;
using Crucible.Host.Security;
using Crucible.People;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.RazorPages.Infrastructure;

namespace Crucible.Host.Pages.Account;

/// <summary>
/// A page about one's own account. Only for people in a browser: a token that may read could otherwise make itself one that
/// may write.
/// </summary>
internal abstract class AccountPage : PageModel
{
    protected Actor Actor => Crucible.People.Actor.Of(HttpContext);

    protected Guid PersonId => Actor.PersonId!.Value;

    protected Credential Proof => Access.Of(HttpContext)!.Credential;

    // To the framework every public method whose name begins with On is a handler, of the method PAGE in this case.
    [NonHandler]
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (Proof.Kind != CredentialKind.Session)
            context.Result = Forbid();
        else if (SentText.HasNul(Request))
            context.Result = BadRequest();
    }

    /// <summary>The page again, with what is wrong at its fields.</summary>
    protected PageResult Refused()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}
