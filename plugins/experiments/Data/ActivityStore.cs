using Crucible.Data;
using Crucible.Search;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>Something that was done to an experiment or a run of it.</summary>
/// <param name="Id">Greater is later.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="Actor">Who, by the name of then.</param>
/// <param name="Action"><c>run.delete</c>, <c>experiment.pause</c>, <c>comment.add</c>.</param>
/// <param name="Title">What it was done to was called then.</param>
/// <param name="RunId">The run; null for the experiment.</param>
/// <param name="RunThere">The run can still be looked at.</param>
/// <param name="Before">The values that changed, as JSON.</param>
/// <param name="After">The same, afterwards.</param>
/// <param name="Comment">The comment it is about, as it reads now; null when it is gone or was none.</param>
public sealed record ActivityLine(long Id, DateTime At, string Actor, string Action, string Title, Guid? RunId, bool RunThere, string? Before, string? After, string? Comment);

/// <summary>What was done to experiments, the newest first. <see cref="Activity.Record"/> writes it. Callers have checked that the experiment may be seen.</summary>
public sealed class ActivityStore(Database database)
{
    private const int Slice = 5_000;

    /// <summary>Lines that fit the query, before one.</summary>
    public async Task<IReadOnlyList<ActivityLine>> Page(long experimentId, Query query, long? before, int most, CancellationToken cancel)
    {
        var values = new DynamicParameters(new { experimentId, before, most });
        var all = new List<string> { "a.experiment_id = @experimentId" };
        if (before is not null)
            all.Add("a.id < @before");
        foreach (var term in query.Terms)
            all.Add((term.Negated ? "not " : "") + Condition(term, values, $"v{all.Count}"));
        foreach (var word in query.Words)
        {
            values.Add($"v{all.Count}", Like.Within(word.Text));
            all.Add($"{(word.Negated ? "not " : "")}(a.title ilike @v{all.Count} or a.actor ilike @v{all.Count} or a.action ilike @v{all.Count} or coalesce(c.body, '') ilike @v{all.Count})");
        }
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ActivityLine>(new($"""
            select a.id, a.at, a.actor, a.action, a.title, a.run_id, r.run_id is not null as run_there, a.before::text as before, a.after::text as after, c.body as comment
            from experiments.activity a left join experiments.run r on r.run_id = a.run_id and r.lifecycle <> 'purging'
            left join experiments.comment c on a.action like 'comment.%' and c.comment_id = (a.after ->> 'comment')::bigint and c.experiment_id = a.experiment_id
            where {string.Join(" and ", all)} order by a.id desc limit @most
            """, values, cancellationToken: cancel))).AsList();
    }

    /// <summary>The actions or people of an experiment that begin so, for the filter's completion.</summary>
    public async Task<IReadOnlyList<string>> Values(long experimentId, bool people, string text, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<string>(new($"""
            select distinct {(people ? "actor" : "action")} from experiments.activity
            where experiment_id = @experimentId and {(people ? "actor" : "action")} ilike @pattern order by 1 limit 12
            """, new { experimentId, pattern = Like.Within(text) }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Removes lines older than a time, in slices.</summary>
    public async Task<long> Forget(DateTimeOffset before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new($"""
            delete from experiments.activity where id in (select id from experiments.activity where at < @before order by at limit {Slice})
            """, new { before }, cancellationToken: cancel)));
    }

    private static string Condition(Qualifier term, DynamicParameters values, string name)
    {
        if (term.Key is "after" or "before")
        {
            values.Add(name, term.Time.UtcDateTime);
            return $"(a.at {(term.Key == "after" ? ">=" : "<")} @{name})";
        }
        values.Add(name, term.Values.Select(v => v.ToLowerInvariant()).ToArray());
        values.Add(name + "u", term.Values.Select(v => Like.Literal(v) + (term.Key == "action" ? ".%" : "%")).ToArray());
        return term.Key switch
        {
            "by" => $"(lower(a.actor) = any(@{name}) or exists (select from crucible.person p where p.id = a.person_id and lower(p.user_name) = any(@{name})))",
            "action" => $"(a.action = any(@{name}) or a.action ilike any(@{name}u))",
            _ => $"(a.run_id is not null and (a.title ilike any(@{name}u) or replace(a.run_id::text, '-', '') like any(@{name}u)))",
        };
    }
}
