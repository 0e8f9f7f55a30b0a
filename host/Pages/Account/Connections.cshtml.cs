using Crucible.Host.People;
using Crucible.Host.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Pages.Account;

/// <summary>Accounts at providers: link one by going there and back, unlink it again.</summary>
internal sealed class ConnectionsModel(ExternalIdentityStore identities, PersonStore persons, ProviderSignIn providers, IOptionsMonitor<ProviderScheme> schemes) : AccountPage
{
    public IReadOnlyList<ExternalIdentity> Linked { get; private set; } = [];

    public IReadOnlyList<(string Name, string Title)> Providers { get; private set; } = [];

    public string? Notice { get; private set; }

    public string TitleOf(string provider) => providers.TitleOf(provider);

    public async Task<IActionResult> OnGet(string? provider, string? refused, string? done, CancellationToken cancel)
    {
        Notice = ProviderRefusals.InWords(refused, providers.TitleOf(provider));
        if (done == "linked")
            TempData["Notice"] = "The account is linked. You can sign in with it.";
        return await Show(cancel);
    }

    public async Task<IActionResult> OnPostLink([FromForm] string? provider)
    {
        if (providers.All.All(p => p.Name != provider))
            return NotFound();
        return await providers.Begin(HttpContext, provider!, null, Proof) is { } refusal ? LocalRedirect(refusal) : new EmptyResult();
    }

    public async Task<IActionResult> OnPostUnlink([FromForm] string? issuer, [FromForm] string? subject, CancellationToken cancel)
    {
        var person = (await persons.Find(PersonId, cancel))!;
        if (await identities.Unlink(Actor, person, issuer ?? "", subject ?? "", cancel))
        {
            new Crucible.Ui.Toast("The account is unlinked.").Say(HttpContext);
            return LocalRedirect("/account/connections");
        }
        Notice = person.PasswordHash is null ? "This is your only way in. Set a password first, on the profile page." : "This account is not linked to you.";
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await Show(cancel);
    }

    private async Task<IActionResult> Show(CancellationToken cancel)
    {
        Linked = await identities.Of(PersonId, cancel);
        Providers = [.. providers.All];
        // A browser follows the redirect of a form only where the page's policy lets its forms go.
        var origins = Providers.Select(p => schemes.Get(Crucible.Host.People.Providers.Scheme(p.Name)))
            .SelectMany(s => new[] { s.AuthorizationEndpoint, s.Provider.Issuer }).Where(Crucible.Host.People.Providers.IsSafe).Select(a => new Uri(a).GetLeftPart(UriPartial.Authority)).Distinct();
        Response.Headers.ContentSecurityPolicy = SecurityHeaders.Policy(string.Join(' ', origins));
        return Page();
    }
}
