using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

/// <summary>The second step of signing in. Who comes here has proved one thing and is nobody yet.</summary>
[AllowAnonymous]
internal sealed class SecondStepModel(SecondStep steps, PersonStore persons, PasswordCheck check) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    [BindProperty(SupportsGet = true, Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    public IActionResult OnGet() => steps.Read(HttpContext) is null ? LocalRedirect(Challenges.SignInPath) : Page();

    public async Task<IActionResult> OnPost(CancellationToken cancel)
    {
        // Bound to the credentials that were proved: a password changed in between begins anew.
        if (steps.Read(HttpContext) is not { } waiting || await persons.Find(waiting.PersonId, cancel) is not { TwoFactor: true } person || person.SecurityStamp != waiting.Stamp)
        {
            SecondStep.End(HttpContext);
            return LocalRedirect(Challenges.SignInPath);
        }
        var (proved, wait) = await check.CheckCode(person, Code ?? "", HttpContext.Connection.RemoteIpAddress);
        if (wait is { } time)
        {
            Challenges.SetRetryAfter(HttpContext, time);
            return Refused($"Too many failed attempts. Try again in {Challenges.InWords(time)}.", StatusCodes.Status429TooManyRequests);
        }
        if (proved is null)
            return Refused("This code is wrong, too old, or was used before.", StatusCodes.Status422UnprocessableEntity);
        SecondStep.End(HttpContext);
        await Principals.Begin(HttpContext, proved, $"{waiting.Way} and code");
        return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/");
    }

    private PageResult Refused(string why, int status)
    {
        ModelState.AddModelError(nameof(Code), why);
        Response.StatusCode = status;
        return Page();
    }
}
