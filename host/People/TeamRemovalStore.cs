using Crucible.Data;
using Crucible.People;
using Dapper;

namespace Crucible.Host.People;

/// <summary>What belongs to a team in one table of a plugin.</summary>
/// <param name="Table"><c>experiments.experiment</c>.</param>
/// <param name="Count">How many rows, counted to 1,000.</param>
public sealed record TeamThings(string Table, int Count);

/// <summary>
/// Deleting teams. The host knows no plugin's tables, but every top-level object has a <c>team_id</c>, so the catalogue of the
/// database says where to look, in the tables of a plugin that is switched off as well.
/// </summary>
public sealed class TeamRemovalStore(Database db, AccessCache cache)
{
    internal const int CountedTo = 1000;

    /// <summary>Deletes a team that nothing belongs to.</summary>
    /// <returns>What still belongs to it; empty when it is gone.</returns>
    public async Task<IReadOnlyList<TeamThings>> Delete(Actor actor, Guid team, CancellationToken cancel)
    {
        if (team == Actor.Everyone)
            throw new ArgumentException("The team everybody belongs to stays.", nameof(team));
        await using var write = await db.Write(actor, cancel);
        var name = await write.Connection.QuerySingleOrDefaultAsync<string>(new("select name from crucible.team where id = @team for update", new { team }, cancellationToken: cancel));
        if (name is null)
            return [];
        var tables = await write.Connection.QueryAsync<(string Quoted, string Name)>(new("""
            select format('%I.%I', c.table_schema, c.table_name), c.table_schema || '.' || c.table_name
            from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.column_name = 'team_id' and c.data_type = 'uuid' and t.table_type = 'BASE TABLE' and c.table_schema not in ('crucible', 'information_schema', 'pg_catalog')
            order by 2
            """, cancellationToken: cancel));
        var things = new List<TeamThings>();
        foreach (var (quoted, table) in tables)
            if (await write.Connection.QuerySingleAsync<int>(new($"select count(*)::int from (select from {quoted} where team_id = @team limit @CountedTo) t",
                new { team, CountedTo }, cancellationToken: cancel)) is > 0 and var count)
                things.Add(new(table, count));
        if (things.Count > 0)
            return things;
        var members = (await write.Connection.QueryAsync<(Guid Id, string Name)>(new("""
            with gone as (delete from crucible.membership where team_id = @team returning person_id)
            select p.id, p.user_name from gone join crucible.person p on p.id = gone.person_id order by lower(p.user_name)
            """, new { team }, cancellationToken: cancel))).AsList();
        await write.Connection.ExecuteAsync(new("delete from crucible.team where id = @team", new { team }, cancellationToken: cancel));
        write.Audit("team.delete", TeamStore.Subject(team), name, new { Name = name, Members = members.Select(m => m.Name) });
        foreach (var member in members)
            write.Tell("crucible", PersonAccessChanged.Topic(member.Id), new PersonAccessChanged(member.Id));
        await write.Commit(cancel);
        foreach (var member in members)
            cache.Forget(member.Id);
        return [];
    }
}
