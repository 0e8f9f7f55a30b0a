using System.Net;
using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>A line of the audit log about a person.</summary>
public sealed record TrailLine(long Id, DateTime At, string Actor, string Via, string? Address, string Action, string Subject, string Title, string? Before, string? After);

/// <summary>What the audit log says of people: sign-ins that were refused, and what was done by and to somebody.</summary>
public sealed class TrailStore(Database db)
{
    internal const string RefusedAction = "person.sign-in.refused";
    internal const int Page = 50;
    private const string Columns = "id, at, actor, via, address, action, subject, title, before::text, after::text";

    /// <summary>
    /// Notes a sign-in that was refused. Only for people who exist: whatever else is typed into the field of the name may be a
    /// password. The rate limit bounds how often it is called.
    /// </summary>
    internal async Task Refused(Person person, string via, IPAddress? address, string reason)
    {
        await using var write = await db.Write(Visitors.Unknown(via, address?.ToString()), CancellationToken.None);
        write.Audit(RefusedAction, PersonStore.Subject(person.Id), person.UserName, null, new { Reason = reason });
        await write.Commit(CancellationToken.None);
    }

    /// <summary>Refused sign-ins, the newest first, before the one named; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<TrailLine>> Refusals(long? before, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<TrailLine>(new($"""
            select {Columns} from crucible.audit where action = @RefusedAction and (@before::bigint is null or id < @before) order by id desc limit @most
            """, new { RefusedAction, before, most = Page + 1 }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The latest that was done by somebody or to them.</summary>
    public async Task<IReadOnlyList<TrailLine>> Of(Person person, int most, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<TrailLine>(new($"""
            select {Columns} from (
                (select * from crucible.audit where subject = @subject order by id desc limit @most)
                union
                (select * from crucible.audit where lower(actor) = lower(@UserName) order by id desc limit @most)) a
            order by id desc limit @most
            """, new { subject = PersonStore.Subject(person.Id), person.UserName, most }, cancellationToken: cancel))).AsList();
    }
}
