using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>What a link is for.</summary>
internal static class LinkKinds
{
    /// <summary>Signs in once: the first admin, a person made on the command line.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Sets a new password.</summary>
    public const string Reset = "reset";
}

/// <summary>
/// One-time links. The secret stands behind the <c>#</c>, which browsers do not send: it is in no server's log, in no
/// proxy's, and in no Referer. The page puts it into its form, and only posting that spends it, so link previews do not.
/// </summary>
public sealed class LinkStore(Database db, SignedLinks links, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(24);

    /// <summary>A fresh link to sign in with, good for a day, as a path: <c>/account/link#…</c>.</summary>
    public async Task<string> Create(Guid personId, CancellationToken cancel) =>
        "/account/link#" + await Make(Actor.System("crucible"), personId, LinkKinds.SignIn, Life, cancel);

    /// <summary>A fresh link to set a new password with, as a path: <c>/account/reset#…</c>. Those before it end.</summary>
    public async Task<string> CreateReset(Actor actor, Guid personId, TimeSpan life, CancellationToken cancel) =>
        "/account/reset#" + await Make(actor, personId, LinkKinds.Reset, life, cancel);

    private async Task<string> Make(Actor actor, Guid personId, string kind, TimeSpan life, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var (code, hash) = links.Make(kind, now + life);
        await using var write = await db.Write(actor, cancel);
        var name = await write.Connection.QuerySingleAsync<string>(new("""
            with before as (update crucible.sign_in_link set used_at = @now where person_id = @personId and kind = 'reset' and @kind = 'reset' and used_at is null)
            , made as (insert into crucible.sign_in_link (hash, person_id, kind, expires_at) values (@hash, @personId, @kind, @until))
            select user_name from crucible.person where id = @personId
            """, new { hash, personId, kind, now, until = now + life }, cancellationToken: cancel));
        write.Audit($"person.link.{kind}", PersonStore.Subject(personId), name, null, new { Until = now + life });
        await write.Commit(cancel);
        return code;
    }

    /// <summary>Whose link it is, without spending it; null when it is unknown, old or spent.</summary>
    internal async Task<Guid?> Look(string kind, string? code, CancellationToken cancel)
    {
        if (links.Open(kind, code) is not { } hash)
            return null;
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new(
            "select person_id from crucible.sign_in_link where hash = @hash and kind = @kind and used_at is null and expires_at > @now",
            new { hash, kind, now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Spends a link and every other of its person; null when it is unknown, old or spent.</summary>
    internal async Task<Guid?> Spend(string kind, string? code, CancellationToken cancel)
    {
        if (links.Open(kind, code) is not { } hash)
            return null;
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new("""
            with this as (
                update crucible.sign_in_link set used_at = @now
                where hash = @hash and kind = @kind and used_at is null and expires_at > @now returning person_id),
            others as (
                update crucible.sign_in_link l set used_at = @now from this
                where l.person_id = this.person_id and l.hash <> @hash and l.used_at is null)
            select person_id from this
            """, new { hash, kind, now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Forgets links that were spent or ended before this; returns how many.</summary>
    public async Task<int> ForgetExpired(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.ExecuteAsync(new("delete from crucible.sign_in_link where expires_at < @before or used_at < @before", new { before }, cancellationToken: cancel));
    }
}
