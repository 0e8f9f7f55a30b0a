using Microsoft.AspNetCore.Identity;

namespace Crucible.Host.People;

/// <summary>
/// Length is what makes a password hard to guess, so that is the rule: ten characters or more, nothing about digits and
/// signs, and none of those that everybody tries first.
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<Person>
{
    public const int Least = 10, Most = 256;

    /// <summary>What is wrong with a password, in words; null when nothing is.</summary>
    public static string? Fault(string userName, string password)
    {
        if (password.Length < Least)
            return $"Use {Least} characters or more. Three or four words do well.";
        if (password.Length > Most)
            return $"Use at most {Most} characters.";
        if (userName.Length >= 3 && password.Contains(userName, StringComparison.OrdinalIgnoreCase))
            return "Leave the user name out of the password.";
        var plain = password.ToLowerInvariant();
        if (plain.Distinct().Count() < 4 || Common.Any(c => plain.StartsWith(c, StringComparison.Ordinal) && plain.Length - c.Length <= 4))
            return "This is one of the first passwords that anybody would try.";
        return null;
    }

    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
        Task.FromResult(Fault(user.UserName, password ?? "") is { } fault
            ? IdentityResult.Failed(new IdentityError { Code = "Password", Description = fault })
            : IdentityResult.Success);

    // The heads of the public lists that reach ten characters, alone or with a few signs at the end: Password123!.
    private static readonly string[] Common =
    [
        "123456", "1234567890", "0123456789", "0987654321", "9876543210", "1q2w3e4r", "1qaz2wsx", "1q2w3e4r5t6y", "qwertyuiop", "qwerty123", "qwerty",
        "qwertz", "azertyuiop", "asdfghjkl", "asdfghjkl;", "zxcvbnm", "q1w2e3r4t5", "abcdefgh", "abcdefghij", "abc123", "a1b2c3d4e5", "password", "password123", "passw0rd",
        "p@ssw0rd", "p@ssword", "pa$$word", "passwort", "motdepasse", "contraseña", "administrator", "administrateur", "adminadmin", "admin123", "changeme",
        "changeit", "letmein", "letmeinnow", "welcome", "welcome123", "iloveyou", "iloveyou123", "iloveyou2", "trustno1", "sunshine", "princess", "football",
        "baseball", "basketball", "superman", "batman", "starwars", "pokemon", "michael", "jordan", "dragon", "monkey", "shadow", "master", "mustang",
        "whatever", "computer", "internet", "secret", "secretsecret", "topsecret", "default", "testtest", "test1234", "testing123", "temporary", "guestguest",
        "rootroot", "toortoor", "crucible", "cruciblecrucible", "passwordpassword", "liverpool", "manchester", "elizabeth", "christopher", "alexander", "samsung",
        "google", "facebook", "unknown", "nothing", "correcthorsebatterystaple", "correct horse battery staple",
    ];
}
