using Crucible.Data;
using Dapper;

namespace Crucible.Host.Api;

/// <summary>An answer that was given to a request with an <c>Idempotency-Key</c>.</summary>
/// <param name="Request">Hash of that request.</param>
/// <param name="Status">Its status; null while the first request is under way.</param>
/// <param name="Headers">Headers worth repeating, as <c>Name: value</c> lines.</param>
/// <param name="Body">Its body.</param>
internal sealed record KeptAnswer(byte[] Request, int? Status, string? Headers, byte[]? Body);

/// <summary>Answers kept by person and key.</summary>
internal sealed class KeptAnswerStore(Database database)
{
    /// <summary>
    /// Takes a key. A row that is over a day old counts as gone, and so does a request that began over five minutes ago and was
    /// never answered: its host died.
    /// </summary>
    /// <returns>Null when the key is this request's now; else what the earlier one has left.</returns>
    public async Task<KeptAnswer?> Take(Guid personId, string key, byte[] request, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var taken = await connection.ExecuteAsync(new CommandDefinition("""
            insert into crucible.kept_answer as k (person_id, key, request) values (@personId, @key, @request)
            on conflict (person_id, key) do update set request = excluded.request, at = now(), status = null, headers = null, body = null
            where k.at < now() - interval '24 hours' or (k.status is null and k.at < now() - interval '5 minutes')
            """, new { personId, key, request }, cancellationToken: cancel));
        return taken > 0 ? null : await connection.QuerySingleOrDefaultAsync<KeptAnswer>(new CommandDefinition(
            "select request, status, headers, body from crucible.kept_answer where person_id = @personId and key = @key",
            new { personId, key }, cancellationToken: cancel)) ?? new(request, null, null, null);
    }

    /// <summary>Keeps the answer.</summary>
    public Task Keep(Guid personId, string key, int status, string headers, byte[] body, CancellationToken cancel) => Execute("""
        update crucible.kept_answer set status = @status, headers = @headers, body = @body where person_id = @personId and key = @key
        """, new { personId, key, status, headers, body }, cancel);

    /// <summary>Gives the key back: the request was refused and may come again, mended.</summary>
    public Task Release(Guid personId, string key, CancellationToken cancel) =>
        Execute("delete from crucible.kept_answer where person_id = @personId and key = @key and status is null", new { personId, key }, cancel);

    /// <summary>Removes answers older than this.</summary>
    public async Task<long> Forget(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition("""
            delete from crucible.kept_answer where ctid = any(array(select ctid from crucible.kept_answer where at < @before limit 5000))
            """, new { before = before.UtcDateTime }, cancellationToken: cancel)));
    }

    private async Task Execute(string sql, object parameters, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancel));
    }
}
