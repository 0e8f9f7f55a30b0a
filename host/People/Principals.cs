using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Crucible.Host.People;

/// <summary>The framework's picture of who is here, for what needs one: antiforgery binds its tokens to it. Rights come from the actor.</summary>
internal static class Principals
{
    public static ClaimsPrincipal Of(Access access, string scheme) => new(new ClaimsIdentity(
        [new(ClaimTypes.NameIdentifier, access.Credential.PersonId.ToString()), new(ClaimTypes.Name, access.Actor.UserName)], scheme));

    public const string Way = "way";

    /// <summary>Begins a browser session for a person who has proved to be one, by this way. See <see cref="SecondStep.Proceed"/> for who may have another step to take.</summary>
    public static Task Begin(HttpContext http, Person person, string way)
    {
        var properties = new AuthenticationProperties();
        properties.SetString(Way, way);
        properties.SetParameter(nameof(Person), person);
        return http.SignInAsync(SessionAuthentication.Name, new ClaimsPrincipal(new ClaimsIdentity(SessionAuthentication.Name)), properties);
    }
}
