using System.Globalization;
using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A row of the list of experiments.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Name">Its name.</param>
/// <param name="TeamId">Its team.</param>
/// <param name="OwnerId">Who made it.</param>
/// <param name="Owner">That person's name; null when a program did.</param>
/// <param name="CreatedMs">When it was made, in Unix milliseconds.</param>
/// <param name="ActiveMs">When its newest run began, else when it was made.</param>
/// <param name="Runs">Runs that are not deleted, or the deleted ones of a deleted experiment.</param>
/// <param name="Running">Runs at work; those that are silent for too long do not count.</param>
/// <param name="Failed">Runs that failed.</param>
public sealed record ExperimentLine(long ExperimentId, string Name, Guid TeamId, Guid? OwnerId, string? Owner, long CreatedMs, long ActiveMs,
    long Runs, long Running, long Failed);

/// <summary>The list of experiments, and what is at work in all of them.</summary>
public sealed class ExperimentListStore(Database database)
{
    /// <summary>One page and one row more, if another page follows.</summary>
    public async Task<IReadOnlyList<ExperimentLine>> Page(ExperimentListFilter filter, Actor actor, CancellationToken cancel)
    {
        var (key, order, beyond) = filter.Sort switch
        {
            "name" => ("lower(e.name)", "asc", ">"),
            "made" => ("e.created_ms", "desc", "<"),
            _ => ("coalesce(a.start_time, e.created_ms)", "desc", "<"),
        };
        object? after = filter.Sort == "name" || filter.After is null ? filter.After : long.Parse(filter.After, CultureInfo.InvariantCulture);
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ExperimentLine>(new($"""
            with page as materialized (
                select e.experiment_id, e.name, e.team_id, e.owner_id, e.created_ms, coalesce(a.start_time, e.created_ms) as active_ms, e.lifecycle, e.lost_after, {key} as sort
                from experiments.experiment e
                left join lateral (select start_time from experiments.run r where r.experiment_id = e.experiment_id order by start_time desc, run_id limit 1) a on true
                where {Visible.To("e")} and e.lifecycle = @lifecycle and (@text = '' or e.name ilike @pattern)
                    {(after is null ? "" : $"and ({key}, e.experiment_id) {beyond} (@after, @AfterId)")}
                order by {key} {order}, e.experiment_id {order} limit @limit
            )
            select p.experiment_id, p.name, p.team_id, p.owner_id, o.display_name as owner, p.created_ms, p.active_ms,
                coalesce(c.runs, 0)::bigint as runs, w.running, coalesce(c.failed, 0)::bigint as failed
            from page p
            left join crucible.person o on o.id = p.owner_id
            left join lateral (select count(*) as runs, count(*) filter (where status = 'failed') as failed
                from experiments.run r where r.experiment_id = p.experiment_id and r.lifecycle = p.lifecycle) c on true
            cross join lateral (select count(*) as running from experiments.run r
                where r.experiment_id = p.experiment_id and r.status = 'running' and r.lifecycle = 'active' and r.heard_at > now() - p.lost_after) w
            order by p.sort {order}, p.experiment_id {order}
            """, new
        {
            actor.SeesAll,
            actor.ReadTeams,
            lifecycle = filter.Deleted ? "deleted" : "active",
            text = filter.Text,
            pattern = Like.Within(filter.Text),
            after,
            filter.AfterId,
            limit = ExperimentListFilter.PageSize + 1,
        }, cancellationToken: cancel))).AsList();
    }

    /// <summary>How many runs are at work that this actor may see; those that are silent for too long do not count.</summary>
    public async Task<long> Running(Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new($"""
            select count(*) from experiments.run r join experiments.experiment e using (experiment_id)
            where r.status = 'running' and r.lifecycle = 'active' and r.heard_at > now() - e.lost_after and {Visible.To("e")}
            """, new { actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel));
    }

    /// <summary>The newest runs at work and after them those lost in the last week, or the runs that ended last.</summary>
    public async Task<IReadOnlyList<RunRow>> Recent(bool running, int limit, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunRow>(new($"""
            select {RunRow.Columns} from experiments.run r join experiments.experiment e using (experiment_id)
            where r.lifecycle = 'active' and {(running ? "r.status = 'running' and r.heard_at > now() - e.lost_after - interval '7 days'" : "r.end_time is not null")} and {Visible.To("e")}
            order by {(running ? "r.heard_at > now() - e.lost_after desc, r.start_time" : "r.end_time")} desc, r.run_id limit @limit
            """, new { actor.SeesAll, actor.ReadTeams, limit }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Experiments that this actor may write to, those whose name begins with the text first, then those that changed last.</summary>
    /// <param name="text">A part of the name.</param>
    /// <param name="but">One that is left out.</param>
    /// <param name="actor">Who asks.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<IReadOnlyList<(long Id, string Name)>> Writable(string text, long but, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(long, string)>(new("""
            select e.experiment_id, e.name from experiments.experiment e
            where (@SeesAll or e.team_id = any(@WriteTeams)) and e.lifecycle = 'active' and e.experiment_id <> @but and (@text = '' or e.name ilike @pattern)
            order by e.name ilike @begins desc, e.updated_ms desc, e.experiment_id limit 50
            """, new { actor.SeesAll, actor.WriteTeams, but, text, pattern = Like.Within(text), begins = Like.Within(text)[1..] }, cancellationToken: cancel))).AsList();
    }
}
