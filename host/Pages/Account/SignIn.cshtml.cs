using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Account;

[AllowAnonymous]
internal sealed class SignInModel(PasswordCheck passwords, SecondStep steps, ProviderSignIn providers) : PageModel
{
    [BindProperty]
    public string? Name { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty(SupportsGet = true, Name = "returnUrl")]
    public string? ReturnUrl { get; set; }

    /// <summary>The provider that refused, and why, as a word of <see cref="ProviderRefusals"/>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Provider { get; set; }

    [BindProperty(SupportsGet = true, Name = "refused")]
    public string? ProviderRefusal { get; set; }

    public string? Notice => ProviderRefusals.InWords(ProviderRefusal, providers.TitleOf(Provider));

    public IEnumerable<(string Name, string Title)> Providers => providers.All;

    public string Home => Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/";

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
        return LocalRedirect(await steps.Proceed(HttpContext, person, "password", Home));
    }

    private LocalRedirectResult Back() => LocalRedirect(Home);

    private PageResult Refused(string field, string why, int status)
    {
        ModelState.AddModelError(field, why);
        Response.StatusCode = status;
        return Page();
    }
}
