using System.Net;
using Microsoft.AspNetCore.Identity;

namespace Crucible.Host.People;

/// <summary>What a name and a password prove: a person, a time to wait before the next try, or nothing.</summary>
internal readonly record struct PasswordOutcome(Person? Person, TimeSpan? Wait)
{
    public static PasswordOutcome Wrong => default;
}

/// <summary>
/// Checks a name and a password, the same way for the sign-in page and for programs. Unknown, disabled and password-less
/// people cost the time of a wrong password and give the same answer.
/// </summary>
internal sealed class PasswordCheck(Accounts accounts, SignInLimits limits, DummyHash dummy, TimeProvider time, ILogger<PasswordCheck> log)
{
    public async Task<PasswordOutcome> Check(string name, string password, IPAddress? address)
    {
        if (limits.Take(name, address) is { } wait)
        {
            log.SignInRefused((await accounts.FindByNameAsync(name))?.UserName ?? "an unknown name", $"{address}", "too many attempts in a minute");
            return new(null, wait);
        }
        var person = await accounts.FindByNameAsync(name);
        if (person?.LockedUntil is { } until && until > time.GetUtcNow())
        {
            log.SignInRefused(person.UserName, $"{address}", "locked");
            return new(null, until - time.GetUtcNow());
        }
        if (person is { PasswordHash: not null, Disabled: false } && await limits.InTurn(() => accounts.CheckPasswordAsync(person, password)))
        {
            await accounts.ResetAccessFailedCountAsync(person);
            limits.GiveBack(name, address);
            return new(person, null);
        }
        if (person is not { PasswordHash: not null, Disabled: false })
            await limits.InTurn(() => Task.FromResult(dummy.Verify(accounts.PasswordHasher, password)));
        else
            await accounts.AccessFailedAsync(person);
        log.SignInRefused(person?.UserName ?? "an unknown name", $"{address}", "wrong password");
        return PasswordOutcome.Wrong;
    }
}

/// <summary>A hash of nothing anybody knows, to spend the time on that a real one would take.</summary>
internal sealed class DummyHash
{
    private static readonly Person Nobody = new() { UserName = "", DisplayName = "" };
    private string? _hash;

    public bool Verify(IPasswordHasher<Person> hasher, string password)
    {
        _hash ??= hasher.HashPassword(Nobody, Secret.New());
        return hasher.VerifyHashedPassword(Nobody, _hash, password) != PasswordVerificationResult.Failed;
    }
}
