using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Alerts;
using Crucible.Experiments.Domain.Search;
using Crucible.Experiments.Fragments;
using Crucible.Notices;
using Crucible.People;

namespace Crucible.Experiments.Live;

/// <summary>Holds runs against the rules of their experiment, and tells what it finds. Twice over the same finds nothing twice.</summary>
public sealed class AlertWatch(Database database, AlertRuleStore rules, AlertEventStore events, DeliveryStore deliveries, SearchStore search,
    INotices notices, ExperimentsOptions options, TimeProvider time)
{
    private string Home => options.Url.TrimEnd('/');

    /// <summary>Reads what has come to a run's curves since the last time.</summary>
    internal async Task Read(Guid runId, CancellationToken cancel)
    {
        if (await events.Run(runId, cancel) is not { } run)
            return;
        for (var more = true; more;)
        {
            await using var write = await database.Write(Actor.System("alerts"), cancel);
            var curves = await AlertStateStore.Lock(write, runId, cancel);
            if (curves.Count == 0)
                return;
            more = false;
            var read = new List<AlertCurve>(curves.Count);
            foreach (var curve in curves)
            {
                var (progress, crossed, partly) = await Advance(write, curve, cancel);
                read.Add(curve with { Progress = progress });
                more |= partly;
                if (crossed is not null)
                    await Fire(write, new(curve.Rule, run, curve.Metric, crossed), cancel);
            }
            await AlertStateStore.Save(write, read, cancel);
            await write.Commit(cancel);
        }
    }

    /// <summary>A run has ended: the last of its points, then the rules about its end.</summary>
    internal async Task Ended(Guid runId, CancellationToken cancel)
    {
        await Read(runId, cancel);
        if (await events.Run(runId, cancel) is { } run && RunStatusWords.FromWord(run.StatusWord)?.IsOver() == true)
            await FireAll(run, r => r.Kind == AlertKind.Ended || (r.Kind == AlertKind.Failed && run.StatusWord == RunStatus.Failed.Word()), cancel);
    }

    /// <summary>A run has fallen silent.</summary>
    internal async Task Lost(Guid runId, CancellationToken cancel)
    {
        if (await events.Run(runId, cancel) is { } run)
            await FireAll(run, r => r.Kind == AlertKind.Lost, cancel);
    }

    /// <summary>Tells whoever asks, and the webhooks of the rule, that telling works.</summary>
    internal async Task Test(AlertRule? rule, Guid? hook, Experiment experiment, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        if (rule is not null && actor.PersonId is { } person)
            await notices.Notify(write, person, new(NoticeKind(rule), $"Test: {rule.Condition.Words()}", Address.Alerts(experiment.ExperimentId))
            {
                Text = $"In {experiment.Name}. Nothing has happened; somebody tries how it is told.",
                BellOnly = !rule.Mail,
                NoPush = !rule.Push,
            }, cancel);
        var hooks = hook is { } one ? [one] : rule is { Hooks: true } ? await WebhookStore.Wanting(write, experiment.TeamId, experiment.ExperimentId, rule.Condition.Kind.Word(), cancel) : [];
        foreach (var id in hooks)
            await deliveries.Add(write, id, WebhookBody.Test, d => WebhookBody.OfTest(rule, experiment, d, time.GetUtcNow(), Home), cancel);
        await write.Commit(cancel);
    }

    private static async Task<(AlertProgress Progress, AlertPoint? Crossed, bool Partly)> Advance(WriteScope write, AlertCurve curve, CancellationToken cancel)
    {
        var points = await AlertStateStore.After(write, curve.SeriesId, curve.Progress.Last, AlertStateStore.MostAtOnce, cancel);
        if (points.Count == AlertStateStore.MostAtOnce)
        {
            var (far, there) = curve.Progress.Read(curve.Rule.Condition, points);
            return (far, there, true);
        }
        var late = curve.Points - curve.Progress.Points - points.Count;
        if (late <= 0 || curve.Points > AlertStateStore.MostAgain)
        {
            var (after, crossed) = curve.Progress.Read(curve.Rule.Condition, points);
            return (after with { Points = Math.Max(after.Points, curve.Points) }, crossed, false);
        }
        var (again, first) = new AlertProgress().Read(curve.Rule.Condition, await AlertStateStore.After(write, curve.SeriesId, null, AlertStateStore.MostAgain + 1, cancel));
        // What was told before is told again only if it began to hold once more than then.
        return (again, again.Crossings > curve.Progress.Crossings ? first : null, false);
    }

    private async Task FireAll(AlertRun run, Func<AlertCondition, bool> fits, CancellationToken cancel)
    {
        var waiting = (await rules.Of(run.ExperimentId, cancel)).Where(r => r.Enabled && fits(r.Condition)).ToList();
        if (waiting.Count == 0)
            return;
        await using var write = await database.Write(Actor.System("alerts"), cancel);
        foreach (var rule in waiting)
            await Fire(write, new(rule, run), cancel);
        await write.Commit(cancel);
    }

    private async Task Fire(WriteScope write, AlertFinding found, CancellationToken cancel)
    {
        var (rule, run) = (found.Rule, found.Run);
        if (rule.Filter.Length > 0 && !(RunFilter.TryParse(rule.Filter, out var filter, out _) && await search.Passes(filter, run.ExperimentId, run.RunId, cancel)))
            return;
        var muted = rule.Muted(time.GetUtcNow());
        if (!await AlertEventStore.Add(write, found, muted, cancel))
            return;
        write.Tell("experiments", Topics.Experiment(run.ExperimentId), new AlertFired(rule.RuleId, run.RunId, run.ExperimentId));
        if (muted)
            return;
        foreach (var person in await People(write, rule, run, cancel))
            await notices.Notify(write, person, Notice(found), cancel);
        if (!rule.Hooks)
            return;
        foreach (var hook in await WebhookStore.Wanting(write, run.TeamId, run.ExperimentId, rule.Condition.Kind.Word(), cancel))
            await deliveries.Add(write, hook, rule.Condition.Kind.Event(), id => WebhookBody.OfFinding(found, id, time.GetUtcNow(), Home), cancel);
    }

    private static async Task<IReadOnlyList<Guid>> People(WriteScope write, AlertRule rule, AlertRun run, CancellationToken cancel) => rule.People switch
    {
        AlertPeople.Team => await AlertEventStore.Readers(write, run.TeamId, null, cancel),
        AlertPeople.Owner when run.OwnerId is { } owner => await AlertEventStore.Readers(write, run.TeamId, [owner], cancel),
        AlertPeople.Maker when rule.MadeBy is { } maker => await AlertEventStore.Readers(write, run.TeamId, [maker], cancel),
        _ => [],
    };

    private static Notice Notice(AlertFinding found) => new(NoticeKind(found.Rule), AlertText.Title(found.Rule.Condition, found.Run.Name, found.Run.StatusWord, found.Metric, found.Point?.Value), Address.Run(found.Run.RunId))
    {
        Text = AlertText.Where(found.Run.Experiment, found.Point?.Step),
        Status = AlertText.Mark(found.Rule.Condition.Kind, found.Run.StatusWord),
        Key = $"{found.Rule.RuleId}:{RunId.Write(found.Run.RunId)}",
        BellOnly = !found.Rule.Mail,
        NoPush = !found.Rule.Push,
        // An owner hears of a failure or a silence without a rule; whichever comes first is enough.
        Unless = ["experiments.run-failed", "experiments.run-lost"],
    };

    private static string NoticeKind(AlertRule rule) => rule.Condition.Kind.IsOfMetric() ? "experiments.alert-metric" : "experiments.alert-run";
}
