using System.Text.Json;
using Crucible.Live;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Data;

/// <summary>
/// One transaction and its news. Write through <see cref="Connection"/>, announce with <see cref="Tell"/>, then
/// <see cref="Commit"/>: rows, news and notification become visible together, or not at all when it is disposed
/// without a commit.
/// </summary>
public sealed class WriteScope : IAsyncDisposable
{
    private readonly NpgsqlTransaction _transaction;
    private readonly Actor _actor;
    private readonly List<(string Topic, string Kind, string Change)> _news = [];
    private readonly List<AuditLine> _audit = [];

    internal WriteScope(NpgsqlConnection connection, NpgsqlTransaction transaction, Actor actor)
    {
        Connection = connection;
        _transaction = transaction;
        _actor = actor;
    }

    /// <summary>The connection that holds the transaction.</summary>
    public NpgsqlConnection Connection { get; }

    internal Actor Actor => _actor;

    /// <summary>Adds a line to a topic's log. The plugin's id is the first part of the kind.</summary>
    /// <param name="plugin">Id of the plugin that owns the change type.</param>
    /// <param name="topic">Whose listeners hear it.</param>
    /// <param name="change">A fact in the past with ids, not objects; kept as JSON.</param>
    public void Tell<TChange>(string plugin, Topic topic, TChange change) where TChange : notnull =>
        _news.Add((topic.ToString(), ChangeKind.Of(plugin, typeof(TChange)), JsonSerializer.Serialize(change, LiveJson.Options)));

    /// <summary>
    /// Adds a line to the audit log: who (the actor of this scope, and from where) did what to what. Call it for every
    /// write that somebody may one day ask about. Keep secrets out of it; admins read and export it.
    /// </summary>
    /// <param name="action">Noun and verb, after the plugin's id unless it is the host: <c>person.disable</c>, <c>experiments.run.delete</c>.</param>
    /// <param name="subject">Kind and id of what it was done to: <c>run:7f3a…</c>.</param>
    /// <param name="title">What the subject is called at this moment.</param>
    /// <param name="before">The values that change, as they were: <c>new { Role = "member" }</c>; kept as JSON.</param>
    /// <param name="after">The same, as they are now.</param>
    public void Audit(string action, string subject, string title, object? before = null, object? after = null) =>
        _audit.Add(new(action, subject, title, Json(before), Json(after)));

    /// <summary>Writes the news and commits.</summary>
    public async Task Commit(CancellationToken cancel)
    {
        if (_audit.Count > 0)
        {
            await WriteAudit(cancel).ConfigureAwait(false);
            Tell("crucible", AuditWritten.Topic, new AuditWritten(_actor.PersonId, _actor.UserName, [.. _audit.Select(a => new AuditWritten.Line(a.Action, a.Subject, a.Title))]));
        }
        if (_news.Count > 0)
            await Connection.ExecuteAsync(new CommandDefinition(WriteNews, new
            {
                topics = _news.Select(n => n.Topic).ToArray(),
                kinds = _news.Select(n => n.Kind).ToArray(),
                changes = _news.Select(n => n.Change).ToArray(),
                actor = _actor.DisplayName,
            }, cancellationToken: cancel)).ConfigureAwait(false);
        await _transaction.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Rolls back what was not committed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync().ConfigureAwait(false);
        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    private static string? Json(object? value) => value is null ? null : JsonSerializer.Serialize(value, LiveJson.Options);

    private Task WriteAudit(CancellationToken cancel) => Connection.ExecuteAsync(new CommandDefinition("""
        insert into crucible.audit (person_id, actor, via, token_id, address, action, subject, title, before, after)
        values (@PersonId, @actor, @Via, @TokenId, @Address, @Action, @Subject, @Title, @Before::jsonb, @After::jsonb)
        """, _audit.Select(line => new
    {
        _actor.PersonId,
        actor = _actor.UserName,
        _actor.Origin.Via,
        _actor.Origin.TokenId,
        _actor.Origin.Address,
        line.Action,
        line.Subject,
        line.Title,
        line.Before,
        line.After,
    }), cancellationToken: cancel));

    private sealed record AuditLine(string Action, string Subject, string Title, string? Before, string? After);

    // The topic rows are taken last, in sorted order and in one statement: two writers that touch the same topics in
    // different order would deadlock, and the row lock held to the end is what makes a topic's numbers commit in order.
    private const string WriteNews = """
        with news as materialized (
            select topic, kind, change::jsonb as change, ord
            from unnest(@topics, @kinds, @changes) with ordinality as n(topic, kind, change, ord)
        ), counted as materialized (
            select topic, count(*) as n from news group by topic order by topic
        ), bumped as (
            insert into crucible.topic as t (topic, seq)
            select topic, n from counted order by topic
            on conflict (topic) do update set seq = t.seq + excluded.seq
            returning t.topic, t.seq
        ), logged as (
            insert into crucible.change (topic, seq, kind, change, actor, at)
            select n.topic, b.seq - c.n + row_number() over (partition by n.topic order by n.ord), n.kind, n.change, @actor, now()
            from news n join bumped b using (topic) join counted c using (topic)
        )
        select pg_notify('crucible_live', topic || '=' || seq) from bumped
        """;
}
