using Crucible.Host.Security;
using Crucible.People;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>Why signing in with a provider, or linking an account of one, was refused.</summary>
internal static class ProviderRefusals
{
    public const string Denied = "denied", State = "state", Down = "down", Odd = "odd", Domain = "domain", Unknown = "unknown", Disabled = "disabled", Taken = "taken", Session = "session";

    public static string? InWords(string? refusal, string provider) => refusal switch
    {
        Denied => $"{provider} says that you declined. Try again, or sign in another way.",
        State => "This sign-in was begun in another browser, took too long, or was used before. Begin again.",
        Down => $"{provider} does not answer. Try again in a moment, or sign in another way.",
        Odd => $"{provider} gave an answer that cannot be used. An admin finds the reason in the log.",
        Domain => $"{provider} does not vouch for an e-mail of a domain that may sign in here.",
        Unknown => $"Nobody here has this account of {provider}. Sign in another way and link it on your account page, or ask an admin for an invitation.",
        Disabled => "Your account here is disabled. An admin can enable it.",
        Taken => $"This account of {provider} belongs to somebody else here.",
        Session => "You were signed out in between. Sign in and link the account again.",
        _ => null,
    };
}

/// <summary>What a provider's word is worth here: whose account it is, and whether it becomes somebody's.</summary>
internal sealed class ProviderSignIn(ExternalIdentityStore identities, PersonStore persons, TrailStore trail, SecondStep steps, IOptions<PeopleOptions> options, ILogger<ProviderSignIn> log)
{
    public const string SignInPage = "/account/sign-in", LinkPage = "/account/connections";
    private const string LinkFor = "link", Session = "session", Back = "back";

    /// <summary>The names and titles of the providers, for their buttons.</summary>
    public IEnumerable<(string Name, string Title)> All => options.Value.OAuth.Select(p => (p.Key, p.Value.Title ?? p.Key)).OrderBy(p => p.Item2, StringComparer.OrdinalIgnoreCase);

    public string TitleOf(string? name) => name is not null && options.Value.OAuth.TryGetValue(name, out var provider) ? provider.Title ?? name : "The provider";

    /// <summary>Sends the browser to a provider: to sign in, or to link an account to whoever is signed in.</summary>
    /// <returns>Null when it is on its way; otherwise where to go instead, with the reason.</returns>
    public async Task<string?> Begin(HttpContext http, string name, string? back, Credential? link)
    {
        var properties = new AuthenticationProperties { RedirectUri = SignInPage };
        properties.Items[Back] = back ?? "/";
        if (link is not null)
            (properties.Items[LinkFor], properties.Items[Session]) = (link.PersonId.ToString(), link.SessionId);
        try
        {
            await http.ChallengeAsync(Providers.Scheme(name), properties);
            return null;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or ProviderFault && !http.RequestAborted.IsCancellationRequested)
        {
            var refusal = (fault as ProviderFault)?.Refusal ?? ProviderRefusals.Down;
            log.ProviderRefused(name, ClientAddress.Of(http), refusal, fault);
            return Refusal(name, refusal, properties);
        }
    }

    /// <summary>The flow is through: signs in, links, or says why not.</summary>
    /// <returns>Where to go, a path of this host.</returns>
    public async Task<string> Finish(HttpContext http, ProviderScheme scheme, Profile profile, AuthenticationProperties properties)
    {
        var cancel = http.RequestAborted;
        var account = profile.VerifiedEmail ?? profile.UserName ?? profile.Name ?? profile.Subject;
        var identity = new ExternalIdentity(scheme.Provider.Issuer, profile.Subject, scheme.ProviderName, account.Length > 200 ? account[..200] : account, default, default);
        if (!scheme.Provider.Allows(profile.VerifiedEmail))
            return Refuse(ProviderRefusals.Domain);
        if (properties.Items.ContainsKey(LinkFor))
            return await Link(http, properties, identity) is { } refusal ? Refuse(refusal) : $"{LinkPage}?done=linked";

        var person = await identities.Find(identity.Issuer, identity.Subject, identity.Account, cancel) is { } id ? await persons.Find(id, cancel)
            : await ByEmail(http, scheme.Provider, profile, identity) ?? await Create(http, scheme.Provider, profile, identity);
        if (person is null)
            return Refuse(ProviderRefusals.Unknown);
        if (person.Disabled)
        {
            await trail.Refused(person, "browser", http.Connection.RemoteIpAddress, $"disabled, by {scheme.ProviderName}");
            return Refuse(ProviderRefusals.Disabled);
        }
        return await steps.Proceed(http, person, scheme.ProviderName, properties.Items[Back]);

        string Refuse(string refusal)
        {
            log.ProviderRefused(scheme.ProviderName, ClientAddress.Of(http), refusal, null);
            return Refusal(scheme.ProviderName, refusal, properties);
        }
    }

    public static string Refusal(string provider, string refusal, AuthenticationProperties? properties) =>
        (properties?.Items.ContainsKey(LinkFor) == true ? LinkPage : SignInPage) + QueryString.Create("provider", provider).Add("refused", refusal);

    // Only to who began it, in the very session: an account linked to a session that somebody else began would be a door.
    private async Task<string?> Link(HttpContext http, AuthenticationProperties properties, ExternalIdentity identity)
    {
        await http.AuthenticateAsync(SessionAuthentication.Name);
        if (Access.Of(http) is not { } access || access.Credential.SessionId != properties.Items[Session] || access.Credential.PersonId.ToString() != properties.Items[LinkFor]
            || await persons.Find(access.Credential.PersonId, http.RequestAborted) is not { } person)
            return ProviderRefusals.Session;
        var actor = access.Actor with { Origin = access.Credential.From(ClientAddress.Of(http)) };
        return await identities.Link(actor, person, identity, http.RequestAborted)
            || await identities.Find(identity.Issuer, identity.Subject, identity.Account, http.RequestAborted) == person.Id ? null : ProviderRefusals.Taken;
    }

    private async Task<Person?> ByEmail(HttpContext http, ProviderOptions provider, Profile profile, ExternalIdentity identity)
    {
        if (!provider.LinkByEmail || profile.VerifiedEmail is not { } email || await persons.FindByEmail(email, http.RequestAborted) is not { } person)
            return null;
        if (person.Disabled || await identities.Link(Visitors.Themselves(person, ClientAddress.Of(http)), person, identity, http.RequestAborted))
            return person;
        return null;
    }

    private async Task<Person?> Create(HttpContext http, ProviderOptions provider, Profile profile, ExternalIdentity identity)
    {
        if (provider.AutoCreateRole is not { } role)
            return null;
        var wanted = UserNameOf(profile);
        for (var number = 1; number <= 50; number++)
        {
            var person = new Person
            {
                UserName = number == 1 ? wanted : $"{wanted}-{number}",
                DisplayName = profile.Name is { Length: >= 1 and <= 80 } name && !name.Any(char.IsControl) ? name : wanted,
                Email = profile.VerifiedEmail,
                Role = role,
                SecurityStamp = Secret.New(),
            };
            if (await identities.Create(Visitors.Themselves(person, ClientAddress.Of(http)), person, identity, http.RequestAborted))
                return person;
            // Either the name is taken, or another tab was faster.
            if (await identities.Find(identity.Issuer, identity.Subject, identity.Account, http.RequestAborted) is { } other)
                return await persons.Find(other, http.RequestAborted);
        }
        return null;
    }

    private static string UserNameOf(Profile profile)
    {
        var wanted = profile.UserName ?? profile.VerifiedEmail?.Split('@')[0] ?? "";
        var kept = new string([.. wanted.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_').Take(60)]);
        return kept.Length > 0 ? kept : "person";
    }
}
