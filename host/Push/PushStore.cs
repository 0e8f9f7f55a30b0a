using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crucible.Data;
using Crucible.Live;
using Crucible.Notices;
using Crucible.People;
using Dapper;
using Microsoft.Extensions.Options;

namespace Crucible.Host.Push;

/// <summary>A browser that shows notifications.</summary>
internal sealed record PushBrowser(Guid Id, string SessionId, string Agent, DateTime MadeAt);

/// <summary>A message to send, with where it goes.</summary>
internal sealed record OutgoingPush(Guid SubscriptionId, string Body, string Endpoint, byte[] P256dh, byte[] Auth);

/// <summary>A message waits. The reaction to it stores the run that sends it.</summary>
internal sealed record PushQueued(Guid PushId)
{
    public static readonly Topic Topic = new("push", "all");
}

/// <summary>Browsers that asked for notifications, and the messages to them. A subscription lasts as long as the session it was made in.</summary>
internal sealed class PushStore(Database database, IOptions<PushOptions> options, TimeProvider time)
{
    private const int MostBrowsers = 20;

    // A browser is as good as signed out when its session ran out or the password was changed.
    private const string Live = "crucible.push_subscription b join crucible.session s on s.id = b.session_id and s.person_id = b.person_id and s.expires_at > @now join crucible.person p on p.id = b.person_id and p.security_stamp = s.stamp and not p.disabled";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether browsers are notified at all.</summary>
    public bool Offered => options.Value.IsSet;

    /// <summary>The browsers of a person, the newest first.</summary>
    public async Task<IReadOnlyList<PushBrowser>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<PushBrowser>(new($"select b.id, b.session_id, s.agent, b.made_at from {Live} where b.person_id = @person order by b.id desc",
            new { person, now = time.GetUtcNow() }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Notes a browser; one that another person had used before is theirs no more.</summary>
    public async Task<bool> Add(Actor actor, string session, string endpoint, byte[] p256dh, byte[] auth, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var added = await write.Connection.ExecuteAsync(new("""
            insert into crucible.push_subscription (id, person_id, session_id, endpoint, p256dh, auth, made_at)
            select @id, @PersonId, @session, @endpoint, @p256dh, @auth, @now
            where (select count(*) from crucible.push_subscription where person_id = @PersonId and endpoint <> @endpoint) < @MostBrowsers
            on conflict (endpoint) do update set person_id = excluded.person_id, session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth, made_at = excluded.made_at
            """, new { id = Guid.CreateVersion7(), actor.PersonId, session, endpoint, p256dh, auth, MostBrowsers, now = time.GetUtcNow() }, cancellationToken: cancel)) > 0;
        if (added)
            write.Audit("person.push.on", $"person:{actor.PersonId}", actor.UserName, null, new { Service = new Uri(endpoint).Host });
        await write.Commit(cancel);
        return added;
    }

    /// <summary>Forgets browsers of a person: one by id, or the one with this address.</summary>
    public async Task Remove(Actor actor, Guid? id, string? endpoint, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        if (await write.Connection.ExecuteAsync(new("delete from crucible.push_subscription where person_id = @PersonId and (id = @id or endpoint = @endpoint)",
                new { actor.PersonId, id, endpoint }, cancellationToken: cancel)) > 0)
            write.Audit("person.push.off", $"person:{actor.PersonId}", actor.UserName);
        await write.Commit(cancel);
    }

    /// <summary>Puts a message to every browser of a person into the outbox, as part of the write that causes it.</summary>
    public async Task Send(WriteScope write, Guid person, Notice notice, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        foreach (var subscription in await write.Connection.QueryAsync<Guid>(new($"select b.id from {Live} where b.person_id = @person", new { person, now }, cancellationToken: cancel)))
        {
            var id = Guid.CreateVersion7();
            await write.Connection.ExecuteAsync(new("insert into crucible.push (id, person_id, subscription_id, body, at) values (@id, @person, @subscription, @body, @now)",
                new { id, person, subscription, body = Body(notice), now }, cancellationToken: cancel));
            write.Tell("crucible", PushQueued.Topic, new PushQueued(id));
        }
    }

    /// <summary>A message that is still to be sent; null when it is not, or its browser has signed out.</summary>
    public async Task<OutgoingPush?> Take(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<OutgoingPush>(new($"""
            select m.subscription_id, m.body, b.endpoint, b.p256dh, b.auth from {Live} join crucible.push m on m.subscription_id = b.id where m.id = @id and m.body is not null
            """, new { id, now = time.GetUtcNow() }, cancellationToken: cancel));
    }

    /// <summary>Nobody will send this again.</summary>
    public async Task Done(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("update crucible.push set body = null where id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>The push service says that this browser is gone.</summary>
    public async Task Gone(Guid subscription, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("delete from crucible.push_subscription where id = @subscription", new { subscription }, cancellationToken: cancel));
    }

    /// <summary>Removes messages older than this, sent or not.</summary>
    public async Task<long> Forget(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition(
            "delete from crucible.push where id = any(array(select id from crucible.push where at < @olderThan limit 10000))", new { olderThan }, cancellationToken: cancel)));
    }

    // Title and text are cut already; an address may be long, and then the text stays away.
    private static string Body(Notice notice)
    {
        string Write(string? text) => JsonSerializer.Serialize(new { title = notice.Title, text, url = notice.Url, key = notice.Key is null ? null : $"{notice.Kind}:{notice.Key}" }, Json);
        var whole = Write(notice.Text);
        return Encoding.UTF8.GetByteCount(whole) <= PushMessage.Most ? whole : JsonSerializer.Serialize(new { title = notice.Title, url = "/account/notices" }, Json);
    }
}
