using Crucible.Host.Security;

namespace Crucible.Host.People;

/// <summary>
/// Asks for the present password before something that would outlast an unlocked screen. Whoever found one guesses no faster here than
/// on the sign-in page.
/// </summary>
internal sealed class PresentPassword(PasswordCheck passwords)
{
    /// <summary>What is wrong with it, in words; null when it is right, or there is none.</summary>
    public async Task<string?> Fault(HttpContext http, Person person, string? typed)
    {
        if (person.PasswordHash is null)
            return null;
        var (proved, wait) = await passwords.Check(person.UserName, typed ?? "", http.Connection.RemoteIpAddress);
        return proved is not null ? null : wait is { } time ? $"Too many failed attempts. Try again in {Challenges.InWords(time)}." : "This is not your present password.";
    }
}
