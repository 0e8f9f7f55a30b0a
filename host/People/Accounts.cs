using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Identity's own manager of accounts, with a lock that grows: five wrong passwords lock for five minutes, five more for
/// ten, and so on to an hour, until the right one. Counted in one statement, so that parallel guesses are all counted.
/// </summary>
internal sealed class Accounts(IUserStore<Person> store, PersonStore persons, IOptions<IdentityOptions> options, IPasswordHasher<Person> hasher,
    IEnumerable<IUserValidator<Person>> names, IEnumerable<IPasswordValidator<Person>> passwords, ILookupNormalizer normalizer,
    IdentityErrorDescriber errors, IServiceProvider services, ILogger<UserManager<Person>> log)
    : UserManager<Person>(store, options, hasher, names, passwords, normalizer, errors, services, log)
{
    public override async Task<IdentityResult> AccessFailedAsync(Person user)
    {
        await persons.CountFailure(user, Options.Lockout.MaxFailedAccessAttempts, Options.Lockout.DefaultLockoutTimeSpan);
        return IdentityResult.Success;
    }

    public override async Task<IdentityResult> ResetAccessFailedCountAsync(Person user)
    {
        if (user.FailedCount > 0)
            await persons.ForgetFailures(user);
        return IdentityResult.Success;
    }
}
