using Crucible.Data;
using Crucible.Experiments.Domain.Alerts;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A run that a rule is about, with what is told of it.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Name">Its name.</param>
/// <param name="StatusWord">The stored word of its status.</param>
/// <param name="OwnerId">Who owns it.</param>
/// <param name="ExperimentId">Its experiment.</param>
/// <param name="Experiment">The experiment's name.</param>
/// <param name="TeamId">The experiment's team.</param>
public sealed record AlertRun(Guid RunId, string Name, string StatusWord, Guid? OwnerId, long ExperimentId, string Experiment, Guid TeamId);

/// <summary>What was found.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Run">The run.</param>
/// <param name="Metric">The metric; null for rules about runs.</param>
/// <param name="Point">The point at which it was so.</param>
public sealed record AlertFinding(AlertRule Rule, AlertRun Run, string? Metric = null, AlertPoint? Point = null);

/// <summary>A firing, as the history shows it.</summary>
public sealed class AlertEvent
{
    /// <summary>Its id; later ones are greater.</summary>
    public long EventId { get; init; }

    /// <summary>The run.</summary>
    public Guid RunId { get; init; }

    /// <summary>The run's present name.</summary>
    public string Run { get; init; } = "";

    /// <summary>Word of the kind.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The rule in words, as it was.</summary>
    public string Rule { get; init; } = "";

    /// <summary>The metric; null for rules about runs.</summary>
    public string? Metric { get; init; }

    /// <summary>The value there.</summary>
    public double? Value { get; init; }

    /// <summary>The step.</summary>
    public long? Step { get; init; }

    /// <summary>Nobody was told.</summary>
    public bool Muted { get; init; }

    /// <summary>When it was found.</summary>
    public DateTime At { get; init; }
}

/// <summary>Firings of rules.</summary>
public sealed class AlertEventStore(Database database)
{
    /// <summary>Firings on one page.</summary>
    public const int PageSize = 25;

    /// <summary>A page of the history and one more if another follows, the newest first. The caller has checked that the experiment may be seen.</summary>
    public async Task<IReadOnlyList<AlertEvent>> Page(long experimentId, long? before, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<AlertEvent>(new("""
            select x.event_id, x.run_id, r.name as run, x.kind, x.rule, x.metric, x.value, x.step, x.muted, x.at
            from experiments.alert_event x join experiments.run r using (run_id)
            where x.experiment_id = @experimentId and x.event_id < @before order by x.event_id desc limit @most
            """, new { experimentId, before = before ?? long.MaxValue, most = PageSize + 1 }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Notes a firing.</summary>
    /// <returns>False when the rule has told of this run already and rests, or another host was faster.</returns>
    internal static async Task<bool> Add(WriteScope write, AlertFinding found, bool muted, CancellationToken cancel) =>
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.alert_event (experiment_id, rule_id, run_id, nth, kind, rule, metric, value, step, muted)
            select @ExperimentId, @RuleId, @RunId, count(*) + 1, @kind, @Words, @Metric, @Value, @Step, @muted
            from experiments.alert_event where rule_id = @RuleId and run_id = @RunId
            having count(*) = 0 or max(at) <= now() - @Rest::interval
            on conflict (rule_id, run_id, nth) do nothing
            """, new
        {
            found.Run.ExperimentId,
            found.Rule.RuleId,
            found.Run.RunId,
            kind = found.Rule.Condition.Kind.Word(),
            found.Rule.Words,
            found.Metric,
            found.Point?.Value,
            found.Point?.Step,
            muted,
            found.Rule.Rest,
        }, cancellationToken: cancel)) > 0;

    /// <summary>What is told of a run; null when it is in the trash or gone.</summary>
    internal async Task<AlertRun?> Run(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<AlertRun>(new("""
            select r.run_id, r.name, r.status as status_word, r.owner_id, e.experiment_id, e.name as experiment, e.team_id
            from experiments.run r join experiments.experiment e using (experiment_id) where r.run_id = @runId and r.lifecycle = 'active'
            """, new { runId }, cancellationToken: cancel));
    }

    /// <summary>Runs that fell silent within the last day and for which a rule waits that has not told of this silence, by id.</summary>
    internal async Task<IReadOnlyList<Guid>> Lost(Guid after, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid>(new("""
            select distinct r.run_id
            from experiments.alert_rule a join experiments.experiment e using (experiment_id)
            join experiments.run r on r.experiment_id = a.experiment_id and r.status = 'running' and r.lifecycle = 'active' and r.run_id > @after
                and r.heard_at <= now() - e.lost_after and r.heard_at > now() - e.lost_after - interval '1 day'
            where a.enabled and a.kind = 'lost' and not exists (select from experiments.alert_event x
                where x.rule_id = a.rule_id and x.run_id = r.run_id and (a.rest is null or x.at > r.heard_at or x.at > now() - a.rest))
            order by r.run_id limit @most
            """, new { after, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Everybody in a team; or those of the given people who may read what it has.</summary>
    internal static async Task<IReadOnlyList<Guid>> Readers(WriteScope write, Guid team, Guid[]? only, CancellationToken cancel) =>
        (await write.Connection.QueryAsync<Guid>(new("""
            select p.id from crucible.person p
            where not p.disabled and (@only::uuid[] is null or p.id = any(@only))
                and (@team = @Everyone or (@only::uuid[] is not null and p.role = 'admin')
                    or exists (select from crucible.membership m where m.team_id = @team and m.person_id = p.id))
            order by p.id
            """, new { team, only, Actor.Everyone }, cancellationToken: cancel))).AsList();

    /// <summary>Removes firings older than this.</summary>
    public async Task<long> Forget(DateTimeOffset olderThan, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await Slices.UntilNone(() => connection.ExecuteAsync(new CommandDefinition(
            "delete from experiments.alert_event where event_id = any(array(select event_id from experiments.alert_event where at < @olderThan limit 10000))", new { olderThan }, cancellationToken: cancel)));
    }
}
