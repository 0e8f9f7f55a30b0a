using Crucible.Experiments.Domain.Alerts;

namespace Crucible.Experiments.Data;

/// <summary>A rule as it is kept.</summary>
/// <param name="RuleId">Its id.</param>
/// <param name="ExperimentId">The experiment whose runs it watches.</param>
/// <param name="Condition">What it waits for.</param>
public sealed record AlertRule(long RuleId, long ExperimentId, AlertCondition Condition)
{
    /// <summary>Which runs, in the run grammar; empty for all.</summary>
    public string Filter { get; init; } = "";

    /// <summary>Whom it tells.</summary>
    public AlertPeople People { get; init; } = AlertPeople.Maker;

    /// <summary>Also in their browsers, if they want that.</summary>
    public bool Push { get; init; }

    /// <summary>Also by mail, if they want that.</summary>
    public bool Mail { get; init; }

    /// <summary>Also to the webhooks of the experiment and of its team.</summary>
    public bool Hooks { get; init; }

    /// <summary>How long it stays quiet about a run after a firing; null for ever.</summary>
    public TimeSpan? Rest { get; init; }

    /// <summary>Switched on.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Until then its firings are written down and nobody is told.</summary>
    public DateTimeOffset? MutedUntil { get; init; }

    /// <summary>Who made it.</summary>
    public Guid? MadeBy { get; init; }

    /// <summary>Whether nobody is told at this moment.</summary>
    public bool Muted(DateTimeOffset now) => MutedUntil > now;

    /// <summary>In words, with which runs it is about.</summary>
    public string Words => Filter.Length == 0 ? Condition.Words() : $"{Condition.Words()}, of runs with {Filter}";

    /// <summary>As the form that made it.</summary>
    public AlertInput Input => AlertInput.Of(Condition) with
    {
        Filter = Filter,
        People = People.ToString().ToLowerInvariant(),
        Push = Push,
        Mail = Mail,
        Hooks = Hooks,
        Rest = Rest is { } rest ? ((int)rest.TotalMinutes).ToString(System.Globalization.CultureInfo.InvariantCulture) : "",
    };
}

/// <summary>A row of <c>experiments.alert_rule</c>.</summary>
internal sealed class AlertRuleRow
{
    public const string Columns = """
        a.rule_id, a.experiment_id, a.kind, a.metric, a.bound, a.points, a.steps, a.patience, a.larger, a.filter, a.people,
        a.push, a.mail, a.hooks, a.rest, a.enabled, a.muted_until, a.made_by
        """;

    public long RuleId { get; init; }
    public long ExperimentId { get; init; }
    public string Kind { get; init; } = "";
    public string? Metric { get; init; }
    public double? Bound { get; init; }
    public int Points { get; init; }
    public long? Steps { get; init; }
    public TimeSpan? Patience { get; init; }
    public bool Larger { get; init; }
    public string Filter { get; init; } = "";
    public string People { get; init; } = "";
    public bool Push { get; init; }
    public bool Mail { get; init; }
    public bool Hooks { get; init; }
    public TimeSpan? Rest { get; init; }
    public bool Enabled { get; init; }
    public DateTime? MutedUntil { get; init; }
    public Guid? MadeBy { get; init; }

    public AlertRule Rule => new(RuleId, ExperimentId, new(AlertKinds.FromWord(Kind)!.Value, Metric) { Bound = Bound ?? 0, Points = Points, Steps = Steps, Patience = Patience, Larger = Larger })
    {
        Filter = Filter,
        People = Enum.Parse<AlertPeople>(People, true),
        Push = Push,
        Mail = Mail,
        Hooks = Hooks,
        Rest = Rest,
        Enabled = Enabled,
        MutedUntil = MutedUntil is { } until ? new DateTimeOffset(until, TimeSpan.Zero) : null,
        MadeBy = MadeBy,
    };

    /// <summary>The columns that a form sets, as parameters.</summary>
    public static object Values(AlertRule rule) => new
    {
        rule.RuleId,
        rule.ExperimentId,
        kind = rule.Condition.Kind.Word(),
        rule.Condition.Metric,
        rule.Condition.Bound,
        rule.Condition.Points,
        rule.Condition.Steps,
        rule.Condition.Patience,
        rule.Condition.Larger,
        rule.Filter,
        people = rule.People.ToString().ToLowerInvariant(),
        rule.Push,
        rule.Mail,
        rule.Hooks,
        rule.Rest,
        rule.MadeBy,
    };
}
