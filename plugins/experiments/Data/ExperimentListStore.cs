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
/// <param name="StatusWord">The stored word of its status.</param>
/// <param name="Paused">It rests.</param>
/// <param name="Archived">It has left the lists.</param>
/// <param name="ProjectId">Its project.</param>
/// <param name="Project">That project's name.</param>
/// <param name="Runs">Runs that are not deleted, or the deleted ones of a deleted experiment.</param>
/// <param name="Running">Runs at work; those that are silent for too long do not count.</param>
/// <param name="Ended">Runs that ended, in whichever way.</param>
/// <param name="Failed">Runs that failed.</param>
public sealed record ExperimentLine(long ExperimentId, string Name, Guid TeamId, Guid? OwnerId, string? Owner, long CreatedMs, long ActiveMs,
    string StatusWord, bool Paused, bool Archived, long? ProjectId, string? Project, long Runs, long Running, long Ended, long Failed)
{
    /// <summary>How it stands.</summary>
    public ExperimentState State => new(ExperimentStatusWords.FromWord(StatusWord) ?? ExperimentStatus.Pending, Paused, Archived);
}

/// <summary>The run that is best in what its experiment is judged by.</summary>
/// <param name="ExperimentId">The experiment.</param>
/// <param name="Key">The metric.</param>
/// <param name="RunId">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its last value.</param>
public sealed record BestOfExperiment(long ExperimentId, string Key, Guid RunId, string Name, double Value);

/// <summary>The list of experiments, and what is at work in all of them.</summary>
public sealed class ExperimentListStore(Database database)
{
    private const int JudgedRuns = 5;

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
        var values = new DynamicParameters(new { actor.SeesAll, actor.ReadTeams, after, filter.AfterId, limit = filter.Size + 1 });
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ExperimentLine>(new($"""
            with page as materialized (
                select e.*, coalesce(a.start_time, e.created_ms) as active_ms, {key} as sort
                from experiments.experiment e
                left join lateral (select start_time from experiments.run r where r.experiment_id = e.experiment_id order by start_time desc, run_id limit 1) a on true
                where {Visible.To("e")} and {ExperimentListConditions.Of(filter, values)}
                    {(after is null ? "" : $"and ({key}, e.experiment_id) {beyond} (@after, @AfterId)")}
                order by {key} {order}, e.experiment_id {order} limit @limit
            )
            select p.experiment_id, p.name, p.team_id, p.owner_id, o.display_name as owner, p.created_ms, p.active_ms, p.status as status_word, p.paused, p.archived,
                p.project_id, j.name as project, coalesce(c.runs, 0)::bigint as runs, w.running, coalesce(c.ended, 0)::bigint as ended, coalesce(c.failed, 0)::bigint as failed
            from page p
            left join crucible.person o on o.id = p.owner_id
            left join experiments.project j on j.project_id = p.project_id
            left join lateral (select count(*) as runs, count(*) filter (where status in ('completed', 'failed', 'cancelled')) as ended, count(*) filter (where status = 'failed') as failed
                from experiments.run r where r.experiment_id = p.experiment_id and r.lifecycle = p.lifecycle) c on true
            cross join lateral (select count(*) as running from experiments.run r
                where r.experiment_id = p.experiment_id and r.status = 'running' and r.lifecycle = 'active' and r.heard_at > now() - p.lost_after) w
            order by p.sort {order}, p.experiment_id {order}
            """, values, cancellationToken: cancel))).AsList();
    }

    /// <summary>The metric keys of each experiment's newest runs, by which it may be judged.</summary>
    public async Task<ILookup<long, string>> Judged(long[] experimentIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(long ExperimentId, string Key)>(new($"""
            select e.id, k.key from unnest(@experimentIds) e (id) cross join lateral (
                select distinct s.key from (select run_id from experiments.run r where r.experiment_id = e.id and r.lifecycle = 'active' order by start_time desc, run_id limit {JudgedRuns}) r
                join experiments.series s using (run_id) where s.points > 0 and s.key not like 'system/%' limit 400) k
            """, new { experimentIds }, cancellationToken: cancel))).ToLookup(k => k.ExperimentId, k => k.Key);
    }

    /// <summary>The best run of each of these experiments by one metric, the largest or the smallest; those without a number are missing.</summary>
    public async Task<IReadOnlyList<BestOfExperiment>> Best(IReadOnlyCollection<(long ExperimentId, string Key, bool Smallest)> judged, CancellationToken cancel)
    {
        static string One(string order, string of) => $"""
            (select r.run_id, r.name, s.last_value as value from experiments.series s join experiments.run r using (run_id)
             where {of} and s.experiment_id = u.id and s.key = u.key and r.lifecycle = 'active' and s.last_value < 'NaN' order by s.last_value {order} limit 1)
            """;
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<BestOfExperiment>(new($"""
            select u.id as experiment_id, u.key, b.run_id, b.name, b.value from unnest(@ids, @keys, @smallest) u (id, key, small)
            cross join lateral ({One("asc", "u.small")} union all {One("desc", "not u.small")}) b
            """, new { ids = judged.Select(j => j.ExperimentId).ToArray(), keys = judged.Select(j => j.Key).ToArray(), smallest = judged.Select(j => j.Smallest).ToArray() }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Owners or tags of experiments that this actor may see, to complete what is typed.</summary>
    public async Task<IReadOnlyList<(string Value, string? Text)>> Offer(string what, string typed, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(string, string?)>(new(what == "owner"
            ? $"""
              select distinct p.user_name, p.display_name from experiments.experiment e join crucible.person p on p.id = e.owner_id
              where {Visible.To("e")} and (p.user_name ilike @pattern or p.display_name ilike @pattern) order by 2 limit 12
              """
            : $"""
              select distinct t.key || case when t.value = '' or length(t.value) > 60 then '' else '=' || t.value end, null::text from experiments.experiment_tag t join experiments.experiment e using (experiment_id)
              where {Visible.To("e")} and t.key not like 'mlflow.%' and t.key not like 'crucible.%' and t.key || '=' || t.value ilike @pattern order by 1 limit 12
              """, new { actor.SeesAll, actor.ReadTeams, pattern = Like.Within(typed) }, cancellationToken: cancel))).AsList();
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
