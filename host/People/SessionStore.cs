using Crucible.Data;
using Crucible.People;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.People;

/// <summary>
/// Browser sessions. They live in the database alone, so that ending one ends it on every host with the next request,
/// and <see cref="PersonAccessChanged"/> closes its live streams.
/// </summary>
public sealed class SessionStore(Database db, IOptions<PeopleOptions> options, TimeProvider time)
{
    // Every write is a row version; once a minute is fine enough for an expiry that is counted in hours.
    private static readonly TimeSpan Coarse = TimeSpan.FromMinutes(1);

    internal bool IsStale(DateTime seenAt) => time.GetUtcNow().UtcDateTime - seenAt >= Coarse;

    /// <summary>Begins a session and returns the key for the cookie, which is not kept.</summary>
    /// <param name="person">Who has proved to be somebody.</param>
    /// <param name="way">By what, for the audit log: <c>password</c>, <c>password and code</c>, <c>link</c>.</param>
    /// <param name="address">Where from.</param>
    /// <param name="agent">What the browser calls itself.</param>
    /// <param name="cancel">Gives up.</param>
    internal async Task<string> Begin(Person person, string way, string address, string agent, CancellationToken cancel)
    {
        var key = Secret.New();
        var now = time.GetUtcNow();
        await using var write = await db.Write(Visitors.Themselves(person, address), cancel);
        await write.Connection.ExecuteAsync(new("""
            with first as (update crucible.person set signed_in_at = @now where id = @Id)
            insert into crucible.session (id, person_id, stamp, address, agent, created_at, seen_at, expires_at)
            values (@key, @Id, @SecurityStamp, @address, @agent, @now, @now, @until)
            """, new { key = Secret.HashText(key), person.Id, person.SecurityStamp, address, agent, now, until = Until(now, now) }, cancellationToken: cancel));
        write.Audit("person.sign-in", PersonStore.Subject(person.Id), person.UserName, null, new { Way = way });
        await write.Commit(cancel);
        return key;
    }

    /// <summary>Keeps the sessions of open pages alive, as often as the live stream likes; returns those that still stand.</summary>
    public async Task<IReadOnlySet<string>> Touch(string[] sessionIds, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<string>(new("""
            with touched as (
                update crucible.session set seen_at = @now, expires_at = least(@now + @idle, created_at + @longest)
                where id = any(@sessionIds) and expires_at > @now and seen_at <= @now - @coarse)
            select s.id from crucible.session s join crucible.person p on p.id = s.person_id
            where s.id = any(@sessionIds) and s.expires_at > @now and s.stamp = p.security_stamp and not p.disabled
            """, new { sessionIds, now, idle = Idle, longest = Longest, coarse = Coarse }, cancellationToken: cancel))).ToHashSet();
    }

    /// <summary>Ends the session in which this actor signs out.</summary>
    public Task End(Actor actor, string sessionId, CancellationToken cancel) =>
        End(actor, "person.sign-out", "id = @sessionId", new { sessionId }, cancel);

    /// <summary>Ends one session of a person; false when it is not theirs, or over.</summary>
    public async Task<bool> EndOne(Actor actor, Guid personId, string sessionId, CancellationToken cancel) =>
        await End(actor, "session.end", "id = @sessionId and person_id = @personId", new { sessionId, personId }, cancel) > 0;

    /// <summary>Ends every session of a person but the one named.</summary>
    public Task EndOthers(Actor actor, Guid personId, string? but, CancellationToken cancel) =>
        End(actor, "session.end", "person_id = @personId and id is distinct from @but", new { personId, but }, cancel);

    // The condition is a literal of this file, never input.
    private async Task<int> End(Actor actor, string action, string condition, object values, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var ended = (await write.Connection.QueryAsync<(Guid PersonId, string Name, string Agent, string Address)>(new($"""
            with gone as (delete from crucible.session where {condition} returning person_id, agent, address)
            select g.person_id, p.user_name, g.agent, g.address from gone g join crucible.person p on p.id = g.person_id
            """, values, cancellationToken: cancel))).AsList();
        if (ended is not [var (person, name, _, _), ..])
            return 0;
        write.Audit(action, PersonStore.Subject(person), name, action == "person.sign-out" ? null : new { Sessions = ended.Select(s => new { s.Agent, s.Address }) });
        write.Tell("crucible", PersonAccessChanged.Topic(person), new PersonAccessChanged(person));
        await write.Commit(cancel);
        return ended.Count;
    }

    /// <summary>Forgets sessions that are over; returns how many.</summary>
    public async Task<int> ForgetExpired(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.ExecuteAsync(new("delete from crucible.session where expires_at < @before", new { before }, cancellationToken: cancel));
    }

    /// <summary>The sessions of a person, the last used first.</summary>
    public async Task<IReadOnlyList<OpenSession>> Of(Guid personId, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        var found = await connection.QueryAsync<OpenSession>(new("""
            select s.id, s.address, s.agent, s.created_at, s.seen_at
            from crucible.session s join crucible.person p on p.id = s.person_id
            where s.person_id = @personId and s.expires_at > @now and s.stamp = p.security_stamp order by s.seen_at desc limit 50
            """, new { personId, now = time.GetUtcNow() }, cancellationToken: cancel));
        return found.AsList();
    }

    private TimeSpan Idle => TimeSpan.FromHours(options.Value.SessionIdleHours);
    private TimeSpan Longest => TimeSpan.FromHours(options.Value.SessionLongestHours);
    private DateTimeOffset Until(DateTimeOffset now, DateTimeOffset began) => now + Idle < began + Longest ? now + Idle : began + Longest;
}

/// <summary>A session as its owner sees it.</summary>
public sealed record OpenSession(string Id, string Address, string Agent, DateTime CreatedAt, DateTime SeenAt);
