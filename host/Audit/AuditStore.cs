using System.Runtime.CompilerServices;
using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Audit;

/// <summary>Reads the audit log, the newest line first. Writing is <see cref="WriteScope.Audit"/>.</summary>
internal sealed class AuditStore(Database database)
{
    private const int Slice = 5_000;

    /// <summary>A page, and one line more when there are further ones.</summary>
    public Task<IReadOnlyList<AuditLine>> Page(AuditFilter filter, CancellationToken cancel) => Read(filter, AuditFilter.PageSize + 1, cancel);

    /// <summary>The latest lines about a subject or by a person.</summary>
    public async Task<IReadOnlyList<AuditLine>> About(string subject, Guid person, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<AuditLine>(new("""
            select id, at, person_id, actor, via, token_id, address, action, subject, title, before::text as before, after::text as after
            from ((select * from crucible.audit where subject = @subject order by id desc limit @most)
                  union (select * from crucible.audit where person_id = @person order by id desc limit @most)) a
            order by id desc limit @most
            """, new { subject, person, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Every line that matches, read in slices so that an export of years holds no transaction open.</summary>
    public async IAsyncEnumerable<AuditLine> All(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var lines = await Read(filter, Slice, cancel);
            foreach (var line in lines)
                yield return line;
            if (lines.Count < Slice)
                yield break;
            filter = filter with { Older = lines[^1].Id };
        }
    }

    /// <summary>Lines that match and are newer than one, counted up to a hundred.</summary>
    public async Task<int> Newer(AuditFilter filter, long than, CancellationToken cancel)
    {
        var (conditions, values) = AuditConditions.Of(filter);
        values.Add("than", than);
        await using var connection = await database.Open(cancel);
        return await connection.ExecuteScalarAsync<int>(new($"select count(*) from (select 1 from crucible.audit a where {conditions} and a.id > @than limit 100) newer", values, cancellationToken: cancel));
    }

    /// <summary>The beginnings of actions that stand in the newest lines, for suggestions.</summary>
    public async Task<IReadOnlyList<string>> Actions(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<string>(new(
            "select distinct action from (select action from crucible.audit order by id desc limit 10000) newest order by action limit 200", cancellationToken: cancel))).AsList();
    }

    /// <summary>Notes that somebody took a copy.</summary>
    public async Task NoteExport(Actor actor, string format, AuditFilter filter, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        write.Audit("audit.export", "audit:all", format, after: new { Filter = filter.Query.Text });
        await write.Commit(cancel);
    }

    /// <summary>Forgets what is older than this, in slices; the database keeps thirty days whatever is asked.</summary>
    public async Task<long> Forget(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteScalarAsync<int>(new("select crucible.forget_audit(@olderThan, @Slice)", new { olderThan, Slice }, cancellationToken: cancel)));
    }

    private async Task<IReadOnlyList<AuditLine>> Read(AuditFilter filter, int most, CancellationToken cancel)
    {
        var (conditions, values) = AuditConditions.Of(filter);
        values.Add("most", most);
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<AuditLine>(new($"""
            select a.id, a.at, a.person_id, a.actor, a.via, a.token_id, t.name as token_name, a.address, a.action, a.subject, a.title,
                   a.before::text as before, a.after::text as after
            from crucible.audit a left join crucible.token t on t.id = a.token_id
            where {conditions} order by a.id desc limit @most
            """, values, cancellationToken: cancel))).AsList();
    }
}
