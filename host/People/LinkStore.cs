using Crucible.Data;
using Dapper;

namespace Crucible.Host.People;

/// <summary>
/// One-time sign-in links. The secret stands behind the <c>#</c>, which browsers do not send: it is in no server's log, in no
/// proxy's, and in no Referer. The page puts it into its form, and only posting that spends it, so link previews do not.
/// </summary>
public sealed class LinkStore(Database db, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    /// <summary>A fresh link, good for a day, as a path: <c>/account/link#…</c>.</summary>
    public async Task<string> Create(Guid personId, CancellationToken cancel)
    {
        var secret = Secret.New();
        var now = time.GetUtcNow();
        await using var connection = await db.Open(cancel);
        await connection.ExecuteAsync(new("""
            with spent as (delete from crucible.sign_in_link where expires_at < @now)
            insert into crucible.sign_in_link (hash, person_id, expires_at) values (@hash, @personId, @until)
            """, new { hash = Secret.Hash(secret), personId, now, until = now + Life }, cancellationToken: cancel));
        return "/account/link#" + secret;
    }

    /// <summary>Spends a link and every other of its person; null when it is unknown, old or spent.</summary>
    internal async Task<Guid?> Spend(string secret, CancellationToken cancel)
    {
        if (!Secret.IsOne(secret))
            return null;
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new("""
            with this as (
                update crucible.sign_in_link set used_at = @now
                where hash = @hash and used_at is null and expires_at > @now returning person_id),
            others as (
                update crucible.sign_in_link l set used_at = @now from this
                where l.person_id = this.person_id and l.hash <> @hash and l.used_at is null)
            select person_id from this
            """, new { hash = Secret.Hash(secret), now = time.GetUtcNow() }, cancellationToken: cancel));
    }
}
