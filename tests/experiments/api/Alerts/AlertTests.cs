using System.Net;
using Crucible.Experiments.Api.Tests.Pages;

namespace Crucible.Experiments.Api.Tests.Alerts;

/// <summary>What a program logs is held against the rules of its experiment, and told once.</summary>
public sealed class AlertTests(AlertWorld world) : IClassFixture<AlertWorld>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static Point[] Curve(params double[] values) => [.. values.Select((v, i) => new Point(i, 1_700_000_000_000 + (i * 60_000), v))];

    [Fact]
    public async Task A_new_experiment_proposes_three_rules_and_one_click_adds_them()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var empty = await mira.Ask($"/experiments/{experiment}/alerts");
        Assert.Equal(["A run fails", "A metric turns NaN or infinite", "A run goes silent"], empty.Page.QuerySelectorAll(".alert-useful button").Select(b => b.TextContent.Trim()));
        var page = await mira.Press($"/experiments/{experiment}/alerts", "button[value=all]");
        Assert.Equal(["A run fails", "Any metric turns NaN or infinite", "A run goes silent"], page.Page.QuerySelectorAll(".alert-list .words b").Select(b => b.TextContent));
        Assert.Contains("you by bell, browser, mail", page.Text(".alert-list .to"), StringComparison.Ordinal);
        Assert.Equal(3, await world.Sql<long>("select count(*) from experiments.activity where experiment_id = $1 and action = 'alert.add'", long.Parse(experiment)));
    }

    [Fact]
    public async Task The_points_of_a_run_cross_a_threshold_turn_nan_and_stop_improving_each_told_once_with_value_and_step()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        await world.Rule(mira, experiment, ("kind", "above"), ("metric", "loss"), ("bound", "10"), ("points", "2"));
        await world.Rule(mira, experiment, ("kind", "nan"));
        await world.Rule(mira, experiment, ("kind", "plateau"), ("metric", "val"), ("length", "3"), ("unit", "steps"), ("gain", "0.01"));
        await using var listener = await world.Listen(world.Cast.Viewer, $"experiment:{experiment}");
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "loss", Curve(11, 1, 12, 13, 14));
        await world.UntilTold(run, "above|loss|13|3");
        while ((await listener.Next("refresh")).Data != $"alert-events-{experiment}")
        {
        }
        await _mira.Log(run, "val", Curve(1, 0.9, 0.899, 0.898, 0.897, 0.896));
        await world.UntilTold(run, "above|loss|13|3", "plateau|val|0.897|4");
        await _mira.Log(run, "other", Curve(1, double.NaN, double.NaN));
        await world.UntilTold(run, "above|loss|13|3", "plateau|val|0.897|4", "nan|other|NaN|1");

        var page = await mira.Ask($"/experiments/{experiment}/alerts");
        Assert.Equal(3, page.Page.QuerySelectorAll("#alert-event-rows tr").Length);
        Assert.Contains("any metric turns NaN or infinite other", page.Text("#alert-event-rows tr"), StringComparison.Ordinal);
        var bell = await mira.Ask("/account/notices");
        Assert.Contains("run: other turned NaN", bell.Text("#notices"), StringComparison.Ordinal);
        // The rule tells who made it, and nobody else.
        Assert.DoesNotContain("turned NaN", (await (await world.Visit(world.Cast.Viewer)).Ask("/account/notices")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_late_counts_and_what_comes_twice_does_not()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        await world.Rule(mira, experiment, ("kind", "above"), ("metric", "loss"), ("bound", "10"), ("points", "1"));
        await world.Rule(mira, experiment, ("kind", "nan"), ("metric", "loss"));
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "loss", [new(5, 5, 11), new(9, 9, 1)]);
        await _mira.Log(run, "loss", [new(5, 5, 11), new(9, 9, 1)]);
        await world.UntilTold(run, "above|loss|11|5");
        await _mira.Log(run, "loss", [new(2, 2, double.NaN)]);
        await world.UntilTold(run, "above|loss|11|5", "nan|loss|NaN|2");
    }

    [Fact]
    public async Task How_a_run_ends_is_told_once_however_often_it_is_said()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        await world.Rule(mira, experiment, ("kind", "failed"), ("people", "team"));
        await world.Rule(mira, experiment, ("kind", "ended"));
        await world.Rule(mira, experiment, ("kind", "below"), ("metric", "acc"), ("bound", "0.5"));
        var (well, ill) = (await _mira.NewRun(experiment, "well"), await _mira.NewRun(experiment, "ill"));
        // The last point comes just before the end, and the end is what is seen of it.
        await _mira.Log(ill, "acc", [new(1, 1, 0.25)]);
        (await _mira.Post("runs/update", new { run_id = ill, status = "FAILED" })).Ok();
        (await _mira.Post("runs/update", new { run_id = well, status = "FINISHED" })).Ok();
        await world.UntilTold(ill, "below|acc|0.25|1", "failed", "ended");
        await world.UntilTold(well, "ended");
        (await _mira.Post("runs/update", new { run_id = ill, status = "RUNNING" })).Ok();
        (await _mira.Post("runs/update", new { run_id = ill, status = "FAILED" })).Ok();
        var later = await _mira.NewRun(experiment, "later");
        (await _mira.Post("runs/update", new { run_id = later, status = "KILLED" })).Ok();
        await world.UntilTold(later, "ended");
        Assert.Equal(["below|acc|0.25|1", "failed", "ended"], await world.Told(ill));
        // Everybody in the team heard of the failure.
        Assert.Contains("ill failed", (await (await world.Visit(world.Cast.Viewer)).Ask("/account/notices")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("ill failed", (await (await world.Visit(world.Cast.Stranger)).Ask("/account/notices")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_run_is_told_once_for_a_silence()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        await world.Rule(mira, experiment, ("kind", "lost"));
        var run = await _mira.NewRun(experiment);
        await world.Silence(run, TimeSpan.FromHours(3.1));
        await world.UntilTold(run, "lost");
        var other = await _mira.NewRun(experiment);
        await world.Silence(other, TimeSpan.FromHours(4));
        await world.UntilTold(other, "lost");
        Assert.Equal(["lost"], await world.Told(run));
    }

    [Fact]
    public async Task A_filter_says_which_runs_and_a_mute_tells_nobody()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        await world.Rule(mira, experiment, ("kind", "above"), ("metric", "loss"), ("bound", "1"), ("filter", "params.model = 'large'"));
        await world.Rule(mira, experiment, ("kind", "nan"), ("metric", "loss"));
        await mira.Press($"/experiments/{experiment}/alerts", "button[formaction*='hours=24'][value='" + await world.Sql<long>("select max(rule_id) from experiments.alert_rule") + "']");
        var (small, large) = (await _mira.NewRun(experiment, "small"), await _mira.NewRun(experiment, "large"));
        (await _mira.Post("runs/log-parameter", new { run_id = large, key = "model", value = "large" })).Is("{}");
        await _mira.Log(small, "loss", Curve(2, double.NaN));
        await _mira.Log(large, "loss", Curve(2, double.NaN));
        await world.UntilTold(small, "nan|loss|NaN|1");
        await Until.True(async () => (await world.Told(large)).Order().SequenceEqual(["above|loss|2|0", "nan|loss|NaN|1"]), "both of the large one");
        Assert.True(await world.Sql<bool>("select bool_and(muted) from experiments.alert_event where run_id = $1", Guid.Parse(small)));
        var heard = (await mira.Ask("/account/notices")).Html;
        Assert.Contains("large: loss is 2", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("small: loss", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hosts_that_look_at_once_tell_once()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        await world.Rule(mira, experiment, ("kind", "above"), ("metric", "m"), ("bound", "1"), ("people", "team"));
        var second = await world.AddHost();
        var there = new Tracker(world.Client(world.Cast.Member, second));
        var runs = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            var run = await _mira.NewRun(experiment);
            await (i % 2 == 0 ? _mira : there).Log(run, "m", Curve(0, 2, 0, 2));
            runs.Add(run);
        }
        foreach (var run in runs)
            await world.UntilTold(run, "above|m|2|1");
        foreach (var run in runs)
            Assert.Equal(1, await world.Sql<long>("select count(*) from crucible.notice n where n.kind = 'experiments.alert-metric' and n.key like '%:' || $1 and n.person_id = $2", run, world.Cast.Viewer.PersonId));
        await world.StopLast();
    }

    [Fact]
    public async Task A_rule_can_be_changed_switched_off_tried_and_removed()
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var alerts = $"/experiments/{experiment}/alerts";
        await world.Rule(mira, experiment, ("kind", "above"), ("metric", "loss"), ("bound", "1"));
        var rule = await world.Sql<long>("select rule_id from experiments.alert_rule where experiment_id = $1", long.Parse(experiment));
        var wrong = await mira.Press($"{alerts}?rule={rule}", "#alert-form form", ("kind", "above"), ("metric", "loss"), ("bound", "much"), ("people", "maker"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Equal(("Give a number, as 0.5 or 1e-3.", "much"), (wrong.Text("#alert-bound-note[role=alert]"), wrong.Page.QuerySelector("#alert-bound")!.GetAttribute("value")));
        var saved = await mira.Press($"{alerts}?rule={rule}", "#alert-form form", ("kind", "above"), ("metric", "loss"), ("bound", "3"), ("points", "5"), ("people", "owner"), ("rest", "60"));
        Assert.Equal("loss is above 3, 5 points in a row", saved.Text(".alert-list .words b"));
        await mira.Press(alerts, "button[formaction*='handler=Test']");
        Assert.Contains("Test: loss is above 3", (await mira.Ask("/account/notices")).Html, StringComparison.Ordinal);
        Assert.True((await mira.Press(alerts, "button[formaction*='on=false']")).Has(".alert-list li[data-off]"));
        var run = await _mira.NewRun(experiment);
        await _mira.Log(run, "loss", Curve(4, 4, 4, 4, 4, 4));
        var other = await _mira.NewExperiment();
        await world.Rule(mira, other, ("kind", "nan"));
        var seen = await _mira.NewRun(other);
        await _mira.Log(seen, "m", Curve(double.NaN));
        await world.UntilTold(seen, "nan|m|NaN|0");
        Assert.Empty(await world.Told(run));
        Assert.True((await mira.Press(alerts, "button[formaction*='handler=Remove']")).Has(".alert-useful"));
        Assert.Equal("alert.add alert.change alert.disable alert.remove", await world.Sql<string>("select string_agg(action, ' ' order by id) from experiments.activity where experiment_id = $1 and action like 'alert.%'", long.Parse(experiment)));
    }

    [Fact]
    public async Task Another_team_sees_nothing_of_it_and_a_viewer_changes_nothing()
    {
        var experiment = await _mira.NewExperiment();
        var stan = await world.Visit(world.Cast.Stranger);
        Assert.Equal(HttpStatusCode.NotFound, (await stan.Ask($"/experiments/{experiment}/alerts")).Status);
        var vito = await world.Visit(world.Cast.Viewer);
        var page = await vito.Ask($"/experiments/{experiment}/alerts");
        Assert.False(page.Has("#alert-act"));
        foreach (var (who, status) in new[] { (stan, HttpStatusCode.NotFound), (vito, HttpStatusCode.Forbidden) })
            foreach (var handler in (string[])["Suggest", "Save", "AddHook"])
                Assert.Equal(status, (await who.Send($"/experiments/{experiment}/alerts?handler={handler}", await who.FormToken(), ("kind", "all"), ("name", "n"), ("url", "https://example.org"))).Status);
        Assert.Equal(0, await world.Sql<long>("select count(*) from experiments.alert_rule where experiment_id = $1", long.Parse(experiment)));
    }

    [Fact]
    public async Task The_history_is_paged_by_key_and_metrics_are_found_as_one_types()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        foreach (var key in (string[])["train/loss", "val/loss", "val/a_b", "val/axb"])
            await _mira.Log(run, key, Curve(1));
        await world.Sql<object>("insert into experiments.alert_event (experiment_id, rule_id, run_id, nth, kind, rule, muted) select $1, -n, $2, 1, 'ended', 'R' || n, false from generate_series(1, 60) n", long.Parse(experiment), Guid.Parse(run));
        var mira = await world.Visit(world.Cast.Member);
        var (seen, path) = (new List<string>(), $"/experiments/{experiment}/alerts");
        for (var pages = 0; path is not null; pages++)
        {
            Assert.True(pages < 4);
            var page = await mira.Ask(path);
            seen.AddRange(page.Page.QuerySelectorAll("#alert-event-rows .kind").Select(k => k.TextContent));
            path = page.Page.QuerySelector("#alert-event-pager a")?.GetAttribute("href");
        }
        Assert.Equal(Enumerable.Range(1, 60).Reverse().Select(n => $"R{n}"), seen);
        Assert.Equal(["train/loss", "val/loss"], (await mira.Ask($"/experiments/{experiment}/alerts?part=metrics&q=LOSS")).Page.QuerySelectorAll("[role=option]").Select(o => o.GetAttribute("data-value")));
        Assert.Equal(["val/a_b"], (await mira.Ask($"/experiments/{experiment}/alerts?part=metrics&q=a_b")).Page.QuerySelectorAll("[role=option]").Select(o => o.GetAttribute("data-value")));
    }
}
