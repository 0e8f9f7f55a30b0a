using Crucible.Data;
using Crucible.Experiments.Domain.Alerts;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A curve that a rule has not read to its end, and how far it came.</summary>
internal sealed record AlertCurve(AlertRule Rule, long SeriesId, string Metric, long Points, AlertProgress Progress);

// Rules are evaluated from what is committed, by whoever looks: the writer of points knows nothing of them. A curve's
// progress is locked while it is read, so two hosts that look at once take turns, and the second finds nothing left to read.
// Points are read behind the last one in the order of curves. Where the totals then count more points than were read, some
// came in before it: a short curve is read again from its beginning, a long one goes on without them.

/// <summary>How far rules have read curves.</summary>
public sealed class AlertStateStore(Database database)
{
    /// <summary>Most points of one curve at a time.</summary>
    internal const int MostAtOnce = 2_000;

    /// <summary>Up to so many points a curve is read again when points come late.</summary>
    internal const int MostAgain = 20_000;

    // How often a run is noted as heard, with a margin: see MetricLoop.
    private static readonly TimeSpan Heard = TimeSpan.FromSeconds(15);

    /// <summary>When this database was last looked at for good, and its clock.</summary>
    internal async Task<(DateTime LookedAt, DateTime Now)> Pulse(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<(DateTime, DateTime)>(new("select looked_at, now() from experiments.alert_pulse", cancellationToken: cancel));
    }

    /// <summary>Notes that all that was heard until then has been looked at.</summary>
    internal async Task Beat(DateTime lookedAt, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("update experiments.alert_pulse set looked_at = greatest(looked_at, @lookedAt)", new { lookedAt }, cancellationToken: cancel));
    }

    /// <summary>Runs at work, heard since then, with curves that a rule has not read to their end, by id.</summary>
    internal async Task<IReadOnlyList<Guid>> Touched(DateTime since, Guid after, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid>(new("""
            select distinct r.run_id
            from experiments.alert_rule a
            join experiments.run r on r.experiment_id = a.experiment_id and r.status = 'running' and r.lifecycle = 'active' and r.heard_at > @since and r.run_id > @after
            join experiments.series s on s.run_id = r.run_id and (a.metric is null or s.key = a.metric)
            left join experiments.alert_state t on t.rule_id = a.rule_id and t.series_id = s.series_id
            where a.enabled and a.kind in ('above', 'below', 'plateau', 'nan') and s.points > coalesce(t.points, 0)
            order by r.run_id limit @most
            """, new { since = since - Heard, after, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Locks the progress of the rules in the curves of a run, and says which of them have more to read.</summary>
    internal static async Task<List<AlertCurve>> Lock(WriteScope write, Guid runId, CancellationToken cancel)
    {
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.alert_state (rule_id, series_id)
            select a.rule_id, s.series_id from experiments.series s
            join experiments.alert_rule a on a.experiment_id = s.experiment_id and a.enabled and a.kind in ('above', 'below', 'plateau', 'nan') and (a.metric is null or a.metric = s.key)
            where s.run_id = @runId and s.points > 0 order by 1, 2 on conflict do nothing;
            select from experiments.alert_state t join experiments.series s using (series_id) where s.run_id = @runId order by t.rule_id, t.series_id for update of t
            """, new { runId }, cancellationToken: cancel));
        // A statement of its own: it sees what was written while the one before it waited for the lock.
        var rows = await write.Connection.QueryAsync<AlertRuleRow, StateRow, AlertCurve>(new($"""
            select {AlertRuleRow.Columns}, s.series_id, s.key, s.points as total, t.points as read, t.step, t.at, t.value, t.streak, t.best, t.best_step, t.best_at, t.holds, t.crossings
            from experiments.series s join experiments.alert_state t using (series_id) join experiments.alert_rule a using (rule_id)
            where s.run_id = @runId and a.enabled and s.points > t.points
            """, new { runId }, cancellationToken: cancel), (rule, state) => new(rule.Rule, state.SeriesId, state.Key, state.Total, state.Progress), "series_id");
        return rows.AsList();
    }

    /// <summary>The points of a curve behind one, at most so many.</summary>
    internal static async Task<List<AlertPoint>> After(WriteScope write, long seriesId, AlertPoint? last, int most, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(last is null
            ? "select step, at, value from experiments.point where series_id = $1 order by step, at, value limit $2"
            : "select step, at, value from experiments.point where series_id = $1 and (step, at, value) > ($3, $4, $5) order by step, at, value limit $2", write.Connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = seriesId }, new NpgsqlParameter<int> { TypedValue = most } },
        };
        if (last is { } behind)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = behind.Step });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = behind.At });
            command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = behind.Value });
        }
        var points = new List<AlertPoint>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            points.Add(new(rows.GetInt64(0), rows.GetInt64(1), rows.GetDouble(2)));
        return points;
    }

    /// <summary>Notes how far rules have come.</summary>
    internal static Task Save(WriteScope write, IReadOnlyList<AlertCurve> curves, CancellationToken cancel) => write.Connection.ExecuteAsync(new("""
        update experiments.alert_state set points = @Points, step = @Step, at = @At, value = @Value, streak = @Streak,
            best = @Best, best_step = @BestStep, best_at = @BestAt, holds = @Holds, crossings = @Crossings
        where rule_id = @RuleId and series_id = @SeriesId
        """, curves.Select(c => new
    {
        c.Rule.RuleId,
        c.SeriesId,
        c.Progress.Points,
        c.Progress.Last?.Step,
        c.Progress.Last?.At,
        c.Progress.Last?.Value,
        c.Progress.Streak,
        c.Progress.Best,
        BestStep = c.Progress.Since.Step,
        BestAt = c.Progress.Since.At,
        c.Progress.Holds,
        c.Progress.Crossings,
    }), cancellationToken: cancel));

    private sealed class StateRow
    {
        public long SeriesId { get; init; }
        public string Key { get; init; } = "";
        public long Total { get; init; }
        public long Read { get; init; }
        public long? Step { get; init; }
        public long? At { get; init; }
        public double? Value { get; init; }
        public int Streak { get; init; }
        public double? Best { get; init; }
        public long? BestStep { get; init; }
        public long? BestAt { get; init; }
        public bool Holds { get; init; }
        public int Crossings { get; init; }

        public AlertProgress Progress => new()
        {
            Points = Read,
            Last = Step is { } step ? new(step, At!.Value, Value!.Value) : null,
            Streak = Streak,
            Best = Best,
            Since = (BestStep ?? 0, BestAt ?? 0),
            Holds = Holds,
            Crossings = Crossings,
        };
    }
}
