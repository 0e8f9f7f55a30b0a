using Crucible.Data;
using Crucible.Host.Security;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>A permission that a person has by name.</summary>
public sealed record Grant(string Permission, string GrantedBy, DateTime GrantedAt);

/// <summary>Somebody who has a permission by name.</summary>
public sealed record Granted(string Permission, Guid PersonId, string DisplayName);

/// <summary>Permissions given to people by name, beyond what their role has.</summary>
public sealed class GrantStore(Database db, AccessCache cache, Permissions permissions, TimeProvider time)
{
    /// <summary>An SQL expression: the names of what a person was given.</summary>
    /// <param name="alias">Alias of the person's table; a literal of the code, never input.</param>
    internal static string Of(string alias) => $"array(select g.permission from crucible.grant g where g.person_id = {alias}.id order by 1)";

    /// <summary>What a person was given, by name.</summary>
    public async Task<IReadOnlyList<Grant>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Grant>(new("select permission, granted_by, granted_at from crucible.grant where person_id = @person order by permission",
            new { person }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Who has what by grant, at most <paramref name="most"/> of them for each permission.</summary>
    public async Task<ILookup<string, Granted>> All(int most, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Granted>(new("""
            select permission, person_id, display_name from (
                select g.permission, g.person_id, p.display_name, row_number() over (partition by g.permission order by lower(p.display_name), p.id) as place
                from crucible.grant g join crucible.person p on p.id = g.person_id where not p.disabled) g
            where place <= @most order by permission, place
            """, new { most }, cancellationToken: cancel))).ToLookup(g => g.Permission);
    }

    /// <summary>Gives a person a permission.</summary>
    public Task<PersonOutcome> Give(Actor actor, Guid person, string permission, CancellationToken cancel) => Change(actor, person, permission, "person.grant", """
        insert into crucible.grant (person_id, permission, granted_by, granted_at) values (@person, @permission, @by, @now) on conflict do nothing
        """, true, cancel);

    /// <summary>Takes a permission away; what the role has stays.</summary>
    public Task<PersonOutcome> Take(Actor actor, Guid person, string permission, CancellationToken cancel) => Change(actor, person, permission, "person.revoke",
        "delete from crucible.grant where person_id = @person and permission = @permission", false, cancel);

    private async Task<PersonOutcome> Change(Actor actor, Guid person, string permission, string action, string sql, bool gives, CancellationToken cancel)
    {
        if (gives && permissions.All.All(p => p.Name != permission))
            return PersonOutcome.NotFound;
        await using var write = await db.Write(actor, cancel);
        var (name, role, grants) = await write.Connection.QuerySingleOrDefaultAsync<(string?, Role, string[])>(new(
            $"select p.user_name, p.role, {Of("p")} from crucible.person p where p.id = @person for update of p", new { person }, cancellationToken: cancel));
        if (name is null)
            return PersonOutcome.NotFound;
        if (!permissions.Covers(actor, role, [.. grants, permission]))
            return PersonOutcome.Beyond;
        if (await write.Connection.ExecuteAsync(new(sql, new { person, permission, by = actor.UserName, now = time.GetUtcNow() }, cancellationToken: cancel)) == 0)
            return PersonOutcome.Done;
        write.Audit(action, PersonStore.Subject(person), name, new { Grants = grants }, new { Grants = gives ? grants.Append(permission).Order() : grants.Where(g => g != permission) });
        write.Tell("crucible", PersonAccessChanged.Topic(person), new PersonAccessChanged(person));
        await write.Commit(cancel);
        cache.Forget(person);
        return PersonOutcome.Done;
    }
}
