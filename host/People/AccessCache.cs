using System.Security.Cryptography;
using System.Text;

namespace Crucible.Host.People;

/// <summary>
/// Who programs are. A trainer sends its credential with each of thousands of calls a second: a look-up is remembered
/// for ten seconds and a verified password for a minute. <see cref="Forget"/> ends both at once; without it (a host that hears
/// nothing) a revoked token works for ten seconds more, and no longer.
/// </summary>
public sealed class AccessCache(AccessStore store, TimeProvider time)
{
    private const int Most = 10_000;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Recent<Found> _access = new(Most, TimeSpan.FromSeconds(10), time);
    private readonly Recent<Verified> _passwords = new(Most, TimeSpan.FromSeconds(60), time);

    /// <summary>The access of an API token; null when it is none, or no longer.</summary>
    /// <param name="token">As the program sent it.</param>
    /// <param name="refused">Told once of a token that is refused, not with each call that repeats it.</param>
    public async ValueTask<Access?> ByToken(string token, Action refused)
    {
        if (!Secret.IsToken(token))
        {
            refused();
            return null;
        }
        var hash = Secret.Hash(token);
        var key = Digest.Of(hash);
        var found = await _access.Get(key, async () =>
        {
            var access = await store.ByToken(hash, CancellationToken.None);
            if (access is null)
                refused();
            return new(access);
        });
        return found.Access;
    }

    /// <summary>
    /// The access of a name and password sent with a request. A wrong pair counts as one failure a minute however often
    /// a program repeats it, so that a forgotten trainer does not lock its owner out.
    /// </summary>
    internal async ValueTask<(Access? Access, PasswordOutcome Outcome)> ByPassword(string name, string password, Func<Task<PasswordOutcome>> check)
    {
        var key = Digest.Of(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{name.ToLowerInvariant()}\0{password}")));
        var verified = await _passwords.Get(key, async () => new Verified(await check()), v => v.Outcome.Wait is null);
        if (verified.Outcome.Person is not { } person)
            return (null, verified.Outcome);
        var proof = new Credential(CredentialKind.Password, person.SecurityStamp, person.Id);
        var found = await _access.Get(key, async () => new Found(await store.Again(proof, CancellationToken.None)));
        return (found.Access, verified.Outcome);
    }

    /// <summary>Forgets a person: called by the live hub for every <see cref="Crucible.People.PersonAccessChanged"/>, and after local changes.</summary>
    public void Forget(Guid personId)
    {
        _access.Forget(f => f.Access is null || f.Access.Credential.PersonId == personId);
        _passwords.Forget(v => v.Outcome.Person is null || v.Outcome.Person.Id == personId);
    }

    /// <summary>Forgets everybody: this host may have missed news.</summary>
    public void ForgetAll()
    {
        _access.Forget(_ => true);
        _passwords.Forget(_ => true);
    }

    private sealed record Found(Access? Access);

    private sealed record Verified(PasswordOutcome Outcome);
}
