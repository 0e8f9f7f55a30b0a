using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>A team.</summary>
public sealed record Team(Guid Id, string Name);

/// <summary>Teams and who is in them. Sessions go on when these change; what they reach changes with the next request.</summary>
public sealed class TeamStore(Database db, AccessCache cache, TimeProvider time)
{
    /// <summary>Null when the name is taken, in whatever case.</summary>
    public async Task<Team?> Create(string name, CancellationToken cancel)
    {
        var team = new Team(Guid.CreateVersion7(), name.Trim());
        await using var connection = await db.Open(cancel);
        var made = await connection.ExecuteAsync(new("insert into crucible.team (id, name, created_at) values (@Id, @Name, @now) on conflict do nothing",
            new { team.Id, team.Name, now = time.GetUtcNow() }, cancellationToken: cancel));
        return made == 1 ? team : null;
    }

    /// <summary>Every team, by name.</summary>
    public async Task<IReadOnlyList<Team>> All(CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Team>(new("select id, name from crucible.team order by lower(name)", cancellationToken: cancel))).AsList();
    }

    /// <summary>The teams a person is in, by name.</summary>
    public async Task<IReadOnlyList<Team>> Of(Guid person, CancellationToken cancel)
    {
        await using var connection = await db.Open(cancel);
        return (await connection.QueryAsync<Team>(new("select t.id, t.name from crucible.team t join crucible.membership m on m.team_id = t.id "
            + "where m.person_id = @person order by lower(t.name)", new { person }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Puts a person into a team, or changes whether they may write there.</summary>
    public Task Add(Actor actor, Guid team, Guid person, bool mayWrite, CancellationToken cancel) => Change(actor, person, """
        insert into crucible.membership (team_id, person_id, may_write) values (@team, @person, @mayWrite)
        on conflict (team_id, person_id) do update set may_write = excluded.may_write
        """, new { team, person, mayWrite }, cancel);

    /// <summary>Takes a person out of a team.</summary>
    public Task Remove(Actor actor, Guid team, Guid person, CancellationToken cancel) => Change(actor, person,
        "delete from crucible.membership where team_id = @team and person_id = @person", new { team, person }, cancel);

    private async Task Change(Actor actor, Guid person, string sql, object values, CancellationToken cancel)
    {
        await using var write = await db.Write(actor, cancel);
        await write.Connection.ExecuteAsync(new(sql, values, cancellationToken: cancel));
        write.Tell("crucible", PersonAccessChanged.Topic(person), new PersonAccessChanged(person));
        await write.Commit(cancel);
        cache.Forget(person);
    }
}
