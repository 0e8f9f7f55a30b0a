using System.Security.Cryptography;
using Crucible.People;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Identity's own manager of accounts, with a lock that grows: five wrong proofs lock for five minutes, five more for
/// ten, and so on to an hour, until the right one. Counted in one statement, so that parallel guesses are all counted.
/// Who changes what is said with every change, for the audit log.
/// </summary>
internal sealed class Accounts(IUserStore<Person> store, CredentialStore credentials, IOptions<IdentityOptions> options, IPasswordHasher<Person> hasher,
    IEnumerable<IUserValidator<Person>> names, IEnumerable<IPasswordValidator<Person>> passwords, ILookupNormalizer normalizer,
    IdentityErrorDescriber errors, IServiceProvider services, ILogger<UserManager<Person>> log)
    : UserManager<Person>(store, options, hasher, names, passwords, normalizer, errors, services, log)
{
    private const int RecoveryCodes = 10;

    public override async Task<IdentityResult> AccessFailedAsync(Person user)
    {
        await credentials.CountFailure(user, Options.Lockout.MaxFailedAccessAttempts, Options.Lockout.DefaultLockoutTimeSpan);
        return IdentityResult.Success;
    }

    public override async Task<IdentityResult> ResetAccessFailedCountAsync(Person user)
    {
        if (user.FailedCount > 0)
            await credentials.ForgetFailures(user);
        return IdentityResult.Success;
    }

    /// <summary>What Identity's rules say against a name, in words; null when nothing.</summary>
    public async Task<string?> NameFault(Person person)
    {
        foreach (var rule in UserValidators)
            if (await rule.ValidateAsync(this, person) is { Succeeded: false } refused)
                return string.Join(' ', refused.Errors.Select(e => e.Description));
        return null;
    }

    /// <summary>Sets a password, whatever was there; every session of the person ends.</summary>
    public async Task<IdentityResult> SetPassword(Actor actor, Person person, string password)
    {
        person.Because = new(actor, person.PasswordHash is null ? "person.password.set" : "person.password.change");
        var set = await UpdatePasswordHash(person, password, validatePassword: true);
        return set.Succeeded ? await UpdateUserAsync(person) : set;
    }

    /// <summary>Turns two-factor on when the code is one of the key: key, recovery codes and new stamp in one write.</summary>
    /// <returns>The recovery codes, to be shown this once; null when the code was wrong.</returns>
    public async Task<IReadOnlyList<string>?> TurnOnTwoFactor(Actor actor, Person person, string key, string code)
    {
        var before = person.TwoFactorKey;
        await ((IUserAuthenticatorKeyStore<Person>)Store).SetAuthenticatorKeyAsync(person, key, CancellationToken);
        if (!await IsCode(person, code))
        {
            person.TwoFactorKey = before;
            return null;
        }
        var fresh = await StageRecoveryCodes(person);
        person.Because = new(actor, "person.two-factor.on", new { TwoFactor = before is not null }, new { TwoFactor = true });
        return (await SetTwoFactorEnabledAsync(person, true)).Succeeded ? fresh : null;
    }

    /// <summary>Turns two-factor off; every session of the person ends.</summary>
    public Task<IdentityResult> TurnOffTwoFactor(Actor actor, Person person)
    {
        person.Because = new(actor, "person.two-factor.off", new { person.TwoFactor }, new { TwoFactor = false });
        return SetTwoFactorEnabledAsync(person, false);
    }

    /// <summary>Fresh recovery codes in place of all there were.</summary>
    public async Task<IReadOnlyList<string>> RenewRecoveryCodes(Actor actor, Person person)
    {
        var fresh = await StageRecoveryCodes(person);
        person.Because = new(actor, "person.two-factor.codes", null, new { Codes = fresh.Count });
        return (await UpdateUserAsync(person)).Succeeded ? fresh : throw new InvalidOperationException("The credentials were changed in the meantime.");
    }

    /// <summary>Whether it is a code of the person's app that was not taken before; it is taken now.</summary>
    public Task<bool> IsCode(Person person, string code) => VerifyTwoFactorTokenAsync(person, Options.Tokens.AuthenticatorTokenProvider, code);

    /// <summary>Spends a recovery code, however it was typed.</summary>
    public async Task<bool> RedeemRecoveryCode(Actor actor, Person person, string code)
    {
        person.Because = new(actor, "person.two-factor.recovered");
        var typed = new string([.. code.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);
        return (await RedeemTwoFactorRecoveryCodeAsync(person, typed)).Succeeded;
    }

    private async Task<IReadOnlyList<string>> StageRecoveryCodes(Person person)
    {
        string[] fresh = [.. Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16))];
        await ((IUserTwoFactorRecoveryCodeStore<Person>)Store).ReplaceCodesAsync(person, fresh, CancellationToken);
        return [.. fresh.Select(code => string.Join('-', code.Chunk(4).Select(four => new string(four))))];
    }
}
