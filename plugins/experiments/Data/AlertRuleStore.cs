using Crucible.Data;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>The rules of experiments. Whoever may write to an experiment may change them. Verbs answer null when done, else why not.</summary>
public sealed class AlertRuleStore(Database database, TimeProvider time)
{
    /// <summary>Most rules of one experiment: each is looked at whenever one of its runs logs.</summary>
    public const int Most = 50;

    /// <summary>The rules of an experiment, in the order they were made. The caller has checked that it may be seen.</summary>
    public async Task<IReadOnlyList<AlertRule>> Of(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. (await connection.QueryAsync<AlertRuleRow>(new(
            $"select {AlertRuleRow.Columns} from experiments.alert_rule a where experiment_id = @experimentId order by rule_id",
            new { experimentId }, cancellationToken: cancel))).Select(r => r.Rule)];
    }

    /// <summary>Adds rules.</summary>
    public Task<ProtocolError?> Add(long experimentId, IReadOnlyList<AlertRule> rules, Actor actor, CancellationToken cancel) => Change(experimentId, actor, async (write, experiment) =>
    {
        var there = await write.Connection.QuerySingleAsync<int>(new("select count(*)::int from experiments.alert_rule where experiment_id = @experimentId", new { experimentId }, cancellationToken: cancel));
        if (there + rules.Count > Most)
            return ProtocolError.Invalid($"An experiment has at most {Most} rules.");
        foreach (var rule in rules)
        {
            await write.Connection.ExecuteAsync(new("""
                insert into experiments.alert_rule (experiment_id, kind, metric, bound, points, steps, patience, larger, filter, people, push, mail, hooks, rest, made_by)
                values (@ExperimentId, @kind, @Metric, @Bound, @Points, @Steps, @Patience, @Larger, @Filter, @people, @Push, @Mail, @Hooks, @Rest, @MadeBy)
                """, AlertRuleRow.Values(rule with { ExperimentId = experimentId, MadeBy = actor.PersonId }), cancellationToken: cancel));
            await write.Record(actor, "alert.add", experimentId, null, experiment.Name, after: Said(rule), cancel: cancel);
        }
        return null;
    }, cancel);

    /// <summary>Puts another rule in the place of one; it begins to read curves anew.</summary>
    public Task<ProtocolError?> Replace(AlertRule rule, Actor actor, CancellationToken cancel) => One(rule.ExperimentId, rule.RuleId, actor, "alert.change", async (write, before) =>
    {
        await write.Connection.ExecuteAsync(new("""
            update experiments.alert_rule set kind = @kind, metric = @Metric, bound = @Bound, points = @Points, steps = @Steps, patience = @Patience,
                larger = @Larger, filter = @Filter, people = @people, push = @Push, mail = @Mail, hooks = @Hooks, rest = @Rest where rule_id = @RuleId
            """, AlertRuleRow.Values(rule), cancellationToken: cancel));
        if (rule.Condition != before.Condition)
            await write.Connection.ExecuteAsync(new("delete from experiments.alert_state where rule_id = @RuleId", new { rule.RuleId }, cancellationToken: cancel));
        return Said(rule);
    }, cancel);

    /// <summary>Switches a rule on or off.</summary>
    public Task<ProtocolError?> Enable(long experimentId, long ruleId, bool on, Actor actor, CancellationToken cancel) => One(experimentId, ruleId, actor, on ? "alert.enable" : "alert.disable", async (write, before) =>
    {
        await write.Connection.ExecuteAsync(new("update experiments.alert_rule set enabled = @on where rule_id = @ruleId", new { ruleId, on }, cancellationToken: cancel));
        return Said(before);
    }, cancel);

    /// <summary>Has a rule tell nobody for a while; zero has it tell again.</summary>
    public Task<ProtocolError?> Mute(long experimentId, long ruleId, TimeSpan length, Actor actor, CancellationToken cancel) => One(experimentId, ruleId, actor, "alert.mute", async (write, before) =>
    {
        var until = length > TimeSpan.Zero ? time.GetUtcNow() + length : (DateTimeOffset?)null;
        await write.Connection.ExecuteAsync(new("update experiments.alert_rule set muted_until = @until where rule_id = @ruleId", new { ruleId, until }, cancellationToken: cancel));
        return new { Rule = before.Words, MutedUntil = until };
    }, cancel);

    /// <summary>Removes a rule; what it told stays in the history.</summary>
    public Task<ProtocolError?> Remove(long experimentId, long ruleId, Actor actor, CancellationToken cancel) => One(experimentId, ruleId, actor, "alert.remove", async (write, _) =>
    {
        await write.Connection.ExecuteAsync(new("delete from experiments.alert_rule where rule_id = @ruleId", new { ruleId }, cancellationToken: cancel));
        return null;
    }, cancel);

    /// <summary>Runs a write that somebody who may write to the experiment makes, and tells the open pages.</summary>
    internal static async Task<ProtocolError?> Change(Database database, long experimentId, Actor actor, Func<WriteScope, Experiment, Task<ProtocolError?>> change, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var experiment = await write.Connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where experiment_id = @experimentId for no key update", new { experimentId }, cancellationToken: cancel));
        if (experiment is null || !actor.MayRead(experiment.TeamId))
            return ProtocolError.NoExperiment(experimentId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (!actor.MayWrite(experiment.TeamId))
            return new(ErrorCode.PermissionDenied, "You may read this experiment, but not change what it tells.");
        if (await change(write, experiment) is { } refusal)
            return refusal;
        write.Tell("experiments", Topics.Experiment(experimentId), new AlertsChanged(experimentId));
        await write.Commit(cancel);
        return null;
    }

    private Task<ProtocolError?> Change(long experimentId, Actor actor, Func<WriteScope, Experiment, Task<ProtocolError?>> change, CancellationToken cancel) =>
        Change(database, experimentId, actor, change, cancel);

    private Task<ProtocolError?> One(long experimentId, long ruleId, Actor actor, string action, Func<WriteScope, AlertRule, Task<object?>> change, CancellationToken cancel) => Change(experimentId, actor, async (write, experiment) =>
    {
        var row = await write.Connection.QuerySingleOrDefaultAsync<AlertRuleRow>(new(
            $"select {AlertRuleRow.Columns} from experiments.alert_rule a where rule_id = @ruleId and experiment_id = @experimentId for update", new { ruleId, experimentId }, cancellationToken: cancel));
        if (row is null)
            return new(ErrorCode.ResourceDoesNotExist, "There is no such rule here.");
        var before = row.Rule;
        var after = await change(write, before);
        await write.Record(actor, action, experimentId, null, experiment.Name, Said(before), after, cancel);
        return null;
    }, cancel);

    private static object Said(AlertRule rule) => new { Rule = rule.Words, People = rule.People.ToString().ToLowerInvariant(), rule.Hooks };
}
