using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace Crucible.Host.People;

/// <summary>What ASP.NET Core Identity asks of a store, answered from <see cref="PersonStore"/> and <see cref="CredentialStore"/>.</summary>
internal sealed class IdentityStore(PersonStore persons, CredentialStore credentials, IDataProtectionProvider protection, ILogger<IdentityStore> log)
    : IUserPasswordStore<Person>, IUserSecurityStampStore<Person>, IUserLockoutStore<Person>, IUserTwoFactorStore<Person>, IUserAuthenticatorKeyStore<Person>, IUserTwoFactorRecoveryCodeStore<Person>
{
    private readonly IDataProtector _keys = protection.CreateProtector("crucible.two-factor");

    public async Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) =>
        await credentials.Create(user, cancellationToken) ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityErrorDescriber().DuplicateUserName(user.UserName));

    public async Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) =>
        await credentials.Save(user, cancellationToken) ? IdentityResult.Success
            : IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) =>
        throw new NotSupportedException("People are disabled, not deleted: what they made stays theirs.");

    public Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? persons.Find(id, cancellationToken) : Task.FromResult<Person?>(null);

    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        persons.FindByName(normalizedUserName, cancellationToken);

    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());
    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UserName);
    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UserName);
    public Task<string?> GetPasswordHashAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);
    public Task<bool> HasPasswordAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);
    public Task<string?> GetSecurityStampAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.SecurityStamp);
    public Task<DateTimeOffset?> GetLockoutEndDateAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.LockedUntil);
    public Task<int> GetAccessFailedCountAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.FailedCount);
    public Task<bool> GetLockoutEnabledAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(true);
    public Task<bool> GetTwoFactorEnabledAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.TwoFactor);
    public Task<string?> GetAuthenticatorKeyAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.TwoFactorKey is null ? null : Unseal(user));
    public Task<int> CountCodesAsync(Person user, CancellationToken cancellationToken) => credentials.RecoveryCodes(user.Id, cancellationToken);

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => Set(() => user.UserName = userName!);
    // The database compares names in lower case; there is nothing to keep.
    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => Task.CompletedTask;
    public Task SetPasswordHashAsync(Person user, string? passwordHash, CancellationToken cancellationToken) => Set(() => user.PasswordHash = passwordHash);
    public Task SetSecurityStampAsync(Person user, string stamp, CancellationToken cancellationToken) => Set(() => user.SecurityStamp = stamp);
    public Task SetLockoutEndDateAsync(Person user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken) => Set(() => user.LockedUntil = lockoutEnd);
    public Task SetLockoutEnabledAsync(Person user, bool enabled, CancellationToken cancellationToken) => Task.CompletedTask;
    public Task<int> IncrementAccessFailedCountAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(++user.FailedCount);
    public Task ResetAccessFailedCountAsync(Person user, CancellationToken cancellationToken) => Set(() => user.FailedCount = 0);

    // On is having a key; off forgets it, and with it goes every recovery code.
    public Task SetTwoFactorEnabledAsync(Person user, bool enabled, CancellationToken cancellationToken) => Set(() => user.TwoFactorKey = enabled ? user.TwoFactorKey : null);
    public Task SetAuthenticatorKeyAsync(Person user, string key, CancellationToken cancellationToken) => Set(() => user.TwoFactorKey = _keys.Protect(key));
    public Task ReplaceCodesAsync(Person user, IEnumerable<string> recoveryCodes, CancellationToken cancellationToken) =>
        Set(() => user.NewRecoveryCodes = [.. recoveryCodes.Select(Secret.Hash)]);
    public Task<bool> RedeemCodeAsync(Person user, string code, CancellationToken cancellationToken) => credentials.TakeRecoveryCode(user.Id, Secret.Hash(code), cancellationToken);

    public void Dispose() { }

    // Fails closed: a database whose Data Protection keys were lost takes recovery codes, and an admin can reset two-factor.
    private string? Unseal(Person user)
    {
        try
        {
            return _keys.Unprotect(user.TwoFactorKey!);
        }
        catch (CryptographicException fault)
        {
            log.TwoFactorKeyUnreadable(user.UserName, fault);
            return null;
        }
    }

    private static Task Set(Action set)
    {
        set();
        return Task.CompletedTask;
    }
}
