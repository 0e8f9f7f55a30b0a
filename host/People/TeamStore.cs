using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>A team.</summary>
public sealed record Team(Guid Id, string Name);

/// <summary>A team in the list.</summary>
public sealed record TeamLine(Guid Id, string Name, int Members, int Writers);

/// <summary>Somebody in a team.</summary>
public sealed record Member(Guid PersonId, string UserName, string DisplayName, Role Role, bool Disabled, bool MayWrite);

/// <summary>A team that somebody is in.</summary>
public sealed record Membership(Guid TeamId, string Name, bool MayWrite);

/// <summary>Teams and who is in them. Sessions go on when these change; what they reach changes with the next request.</summary>
public sealed class TeamStore(Database db, AccessCache cache, TimeProvider time)
{
    internal const int Page = 100;

    /// <summary>Null when the name is taken, in whatever case.</summary>
    public async Task<Team?> Create(Actor actor, string name, CancellationToken cancel)
    {
        var team = new Team(Guid.CreateVersion7(), name.Trim());
        await using var write = await db.Write(actor, cancel);
        var made = await write.Connection.ExecuteAsync(new("insert into crucible.team (id, name, created_at) values (@Id, @Name, @now) on conflict do nothing",
            new { team.Id, team.Name, now = time.GetUtcNow() }, cancellationToken: cancel));
        if (made == 0)
            return null;
        write.Audit("team.create", Subject(team.Id), team.Name, null, new { team.Name });
        await write.Commit(cancel);
        return team;
    }

    /// <summary>Every team, by name.</summary>
    public async Task<IReadOnlyList<Team>> All(CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Team>(new("select id, name from crucible.team order by lower(name)", cancellationToken: cancel))).AsList();
    }

    /// <summary>One team; null when there is none such.</summary>
    public async Task<Team?> Find(Guid id, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Team>(new("select id, name from crucible.team where id = @id", new { id }, cancellationToken: cancel));
    }

    /// <summary>Teams whose name holds a text, by name, after the one named; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<TeamLine>> List(string text, Guid? after, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<TeamLine>(new("""
            select t.id, t.name,
                case when t.id = @Everyone then (select count(*)::int from crucible.person where not disabled) else count(p.id)::int end as members,
                case when t.id = @Everyone then (select count(*)::int from crucible.person where not disabled and role <> 'viewer') else count(p.id) filter (where m.may_write)::int end as writers
            from crucible.team t
            left join crucible.membership m on m.team_id = t.id
            left join crucible.person p on p.id = m.person_id and not p.disabled
            where (@text = '' or strpos(lower(t.name), lower(@text)) > 0)
                and (@after::uuid is null or (lower(t.name), t.id) > (select lower(a.name), a.id from crucible.team a where a.id = @after))
            group by t.id order by lower(t.name), t.id limit @most
            """, new { text, after, most = Page + 1, Actor.Everyone }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The teams a person is in, by name.</summary>
    public async Task<IReadOnlyList<Membership>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Membership>(new("select t.id as team_id, t.name, m.may_write from crucible.team t join crucible.membership m on m.team_id = t.id "
            + "where m.person_id = @person order by lower(t.name)", new { person }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Who is in a team, by name, after the one named; one more than a page when there are more.</summary>
    public async Task<IReadOnlyList<Member>> Members(Guid team, Guid? after, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Member>(new("""
            select p.id as person_id, p.user_name, p.display_name, p.role, p.disabled, m.may_write
            from crucible.membership m join crucible.person p on p.id = m.person_id
            where m.team_id = @team
                and (@after::uuid is null or (lower(p.display_name), p.id) > (select lower(a.display_name), a.id from crucible.person a where a.id = @after))
            order by lower(p.display_name), p.id limit @most
            """, new { team, after, most = Page + 1 }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Gives a team another name; false when that is taken or the team is gone.</summary>
    public async Task<bool> Rename(Actor actor, Guid team, string name, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var before = await write.Connection.QuerySingleOrDefaultAsync<string>(new("select name from crucible.team where id = @team for update", new { team }, cancellationToken: cancel));
        if (before is null)
            return false;
        try
        {
            await write.Connection.ExecuteAsync(new("update crucible.team set name = @name where id = @team", new { team, name }, cancellationToken: cancel));
        }
        catch (Npgsql.PostgresException fault) when (fault.SqlState == Npgsql.PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
        write.Audit("team.rename", Subject(team), name, new { Name = before }, new { Name = name });
        await write.Commit(cancel);
        return true;
    }

    /// <summary>Puts a person into a team, or changes whether they may write there.</summary>
    public Task Add(Actor actor, Guid team, Guid person, bool mayWrite, CancellationToken cancel) => Change(actor, team, person, """
        insert into crucible.membership (team_id, person_id, may_write) select t.id, p.id, @mayWrite from crucible.team t, crucible.person p where t.id = @team and p.id = @person
        on conflict (team_id, person_id) do update set may_write = excluded.may_write where crucible.membership.may_write <> excluded.may_write
        """, new { team, person, mayWrite }, mayWrite ? "write" : "read", cancel);

    /// <summary>Takes a person out of a team.</summary>
    public Task Remove(Actor actor, Guid team, Guid person, CancellationToken cancel) => Change(actor, team, person,
        "delete from crucible.membership where team_id = @team and person_id = @person", new { team, person }, null, cancel);

    internal static string Subject(Guid team) => $"team:{team}";

    private async Task Change(Actor actor, Guid team, Guid person, string sql, object values, string? after, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        var (name, teamName, before) = await write.Connection.QuerySingleOrDefaultAsync<(string?, string?, bool?)>(new("""
            select p.user_name, t.name, (select m.may_write from crucible.membership m where m.team_id = t.id and m.person_id = p.id)
            from crucible.person p, crucible.team t where p.id = @person and t.id = @team for update of p
            """, new { team, person }, cancellationToken: cancel));
        if (name is null || await write.Connection.ExecuteAsync(new(sql, values, cancellationToken: cancel)) == 0)
            return;
        write.Audit("person.team", PersonStore.Subject(person), name, new { Team = teamName, May = before switch { null => null, true => "write", _ => "read" } }, new { Team = teamName, May = after });
        write.Tell("crucible", PersonAccessChanged.Topic(person), new PersonAccessChanged(person));
        await write.Commit(cancel);
        cache.Forget(person);
    }
}
