using System.Net;
using Microsoft.AspNetCore.Identity;

namespace Crucible.Host.People;

/// <summary>What a proof comes to: a person, a time to wait before the next try, or nothing.</summary>
internal readonly record struct PasswordOutcome(Person? Person, TimeSpan? Wait)
{
    public static PasswordOutcome Wrong => default;
}

/// <summary>
/// Checks names, passwords and codes, the same way for pages and for programs. Unknown, disabled and password-less people cost
/// the time of a wrong password and give the same answer. Wrong passwords and wrong codes count together, and a right password
/// takes nothing back while a code is still to come: who has the password does not get more guesses at the code with it.
/// </summary>
internal sealed class PasswordCheck(Accounts accounts, SignInLimits limits, DummyHash dummy, TrailStore trail, TimeProvider time, ILogger<PasswordCheck> log)
{
    /// <summary>Checks a name and a password.</summary>
    public async Task<PasswordOutcome> Check(string name, string password, IPAddress? address, string via = "browser")
    {
        if (limits.Take(name, address) is { } wait)
        {
            log.SignInRefused((await accounts.FindByNameAsync(name))?.UserName ?? "an unknown name", $"{address}", "too many attempts in a minute");
            return new(null, wait);
        }
        var person = await accounts.FindByNameAsync(name);
        if (await Locked(person, via, address) is { } locked)
            return new(null, locked);
        if (person is { PasswordHash: not null, Disabled: false } && await limits.InTurn(() => accounts.CheckPasswordAsync(person, password)))
        {
            if (!person.TwoFactor)
                await Right(person, address);
            return new(person, null);
        }
        if (person is not { PasswordHash: not null, Disabled: false })
            await limits.InTurn(() => Task.FromResult(dummy.Verify(accounts.PasswordHasher, password)));
        else
            await accounts.AccessFailedAsync(person);
        await Refuse(person, via, address, person is { Disabled: true } ? "disabled" : "wrong password");
        return PasswordOutcome.Wrong;
    }

    /// <summary>Checks the second proof of somebody who has given the first: a code of the app, or a recovery code.</summary>
    public async Task<PasswordOutcome> CheckCode(Person person, string code, IPAddress? address)
    {
        if (limits.Take(person.UserName, address) is { } wait)
            return new(null, wait);
        if (await Locked(person, "browser", address) is { } locked)
            return new(null, locked);
        if (!person.Disabled && (await accounts.IsCode(person, code) || await accounts.RedeemRecoveryCode(Visitors.Themselves(person, $"{address}"), person, code)))
        {
            await Right(person, address);
            // The password took one as well.
            limits.GiveBack(person.UserName, address);
            return new(person, null);
        }
        await accounts.AccessFailedAsync(person);
        await Refuse(person, "browser", address, "wrong code");
        return PasswordOutcome.Wrong;
    }

    private async Task Right(Person person, IPAddress? address)
    {
        await accounts.ResetAccessFailedCountAsync(person);
        limits.GiveBack(person.UserName, address);
    }

    private async Task<TimeSpan?> Locked(Person? person, string via, IPAddress? address)
    {
        if (person?.LockedUntil is not { } until || until <= time.GetUtcNow())
            return null;
        await Refuse(person, via, address, "locked");
        return until - time.GetUtcNow();
    }

    private async Task Refuse(Person? person, string via, IPAddress? address, string reason)
    {
        log.SignInRefused(person?.UserName ?? "an unknown name", $"{address}", reason);
        if (person is not null)
            await trail.Refused(person, via, address, reason);
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
