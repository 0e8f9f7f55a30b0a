using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

[AllowAnonymous]
internal sealed class SignInModel(PasswordCheck passwords) : PageModel
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty(SupportsGet = true, Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    public IActionResult OnGet() => Access.Of(HttpContext)?.Credential.Kind == CredentialKind.Session ? Back() : Page();

    public async Task<IActionResult> OnPost()
    {
        if (string.IsNullOrWhiteSpace(Name))
            return Refused(nameof(Name), "Enter your user name.", StatusCodes.Status422UnprocessableEntity);
        if (Name.Length > 80 || Password is not { Length: > 0 and <= PasswordRules.Most })
            return Refused(nameof(Password), "Enter your password.", StatusCodes.Status422UnprocessableEntity);
        var (person, wait) = await passwords.Check(Name.Trim(), Password, HttpContext.Connection.RemoteIpAddress);
        if (wait is { } time)
        {
            Challenges.SetRetryAfter(HttpContext, time);
            return Refused(nameof(Password), $"Too many failed attempts. Try again in {Challenges.InWords(time)}.", StatusCodes.Status429TooManyRequests);
        }
        if (person is null)
            return Refused(nameof(Password), "The user name or the password is wrong.", StatusCodes.Status422UnprocessableEntity);
        await Principals.Begin(HttpContext, person);
        return Back();
    }

    private LocalRedirectResult Back() => LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/");

    private PageResult Refused(string field, string why, int status)
    {
        ModelState.AddModelError(field, why);
        Response.StatusCode = status;
        return Page();
    }
}
