using Crucible.People;

namespace Crucible.Host.People;

/// <summary>What kind of proof a request carried.</summary>
public enum CredentialKind { Session, Token, Password }

/// <summary>The proof by which somebody is here, kept by what lives longer than a request.</summary>
/// <param name="Kind">Cookie session, API token, or name and password with each request.</param>
/// <param name="Id">SHA-256 of the session key, id of the token, or the security stamp the password belonged to.</param>
/// <param name="PersonId">Whose it is.</param>
public sealed record Credential(CredentialKind Kind, string Id, Guid PersonId)
{
    /// <summary>The id of the browser session; null for programs.</summary>
    public string? SessionId => Kind == CredentialKind.Session ? Id : null;

    /// <summary>What the audit log says of a request with this proof.</summary>
    public Origin From(string address) => Kind switch
    {
        CredentialKind.Session => new("browser", address, null),
        CredentialKind.Token => new("token", address, Guid.Parse(Id)),
        _ => new("password", address, null),
    };
}

/// <summary>Who a request comes from, how that is known, and how they like the pages.</summary>
/// <param name="Actor">The same as the request's <see cref="Crucible.People.Actor"/> feature.</param>
/// <param name="Credential">The proof; <see cref="AccessStore.Again"/> asks whether it still holds.</param>
/// <param name="Theme"><c>auto</c>, <c>dark</c> or <c>light</c>.</param>
public sealed record Access(Actor Actor, Credential Credential, string Theme)
{
    /// <summary>An admin who is a member only, until two-factor is on: <see cref="PeopleOptions.AdminsNeedTwoFactor"/>.</summary>
    public bool WaitsForSecondFactor { get; init; }

    /// <summary>The width of the rail: <c>auto</c> by the width of the window, <c>wide</c> or <c>narrow</c>.</summary>
    public string Rail { get; init; } = "auto";

    /// <summary>The access of this request; null when nobody is signed in.</summary>
    public static Access? Of(HttpContext http) => http.Features.Get<Access>();
}
