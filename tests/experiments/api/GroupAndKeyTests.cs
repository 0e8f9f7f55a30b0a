using System.Globalization;
using Crucible.People;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Pages by place, groups and keys, over runs that a client logged.</summary>
public sealed class GroupAndKeyTests(World world) : IClassFixture<World>
{
    private static readonly Actor Anybody = Actor.System("test");
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));
    private readonly Plugged _plugged = new(world);

    private async Task<string> Run(string experiment, string name, long start, Dictionary<string, string>? parameters = null, Dictionary<string, string>? tags = null, params (string Key, double[] Values)[] metrics)
    {
        var run = await _mira.NewRun(experiment, name, start);
        (await _mira.Post("runs/log-batch", new { run_id = run, @params = Pairs(parameters), tags = Pairs(tags) })).Is("{}");
        foreach (var (key, values) in metrics)
            await _mira.Log(run, key, values.Select((v, i) => new Point(i, i, v)));
        return run;

        static IEnumerable<object> Pairs(Dictionary<string, string>? of) => of?.Select(p => (object)new { key = p.Key, value = p.Value }) ?? [];
    }

    private static long Id(string experiment) => long.Parse(experiment, CultureInfo.InvariantCulture);

    private async Task<long> Count(string experiment, dynamic filter) => (long)await _plugged.Store("SearchStore").Count(filter, new[] { Id(experiment) }, _plugged.View, Anybody, default(CancellationToken));

    [Fact]
    public async Task Pages_by_place_are_the_same_as_by_offset()
    {
        var experiment = await _mira.NewExperiment();
        double[][] metrics = [[1], [2], [double.NaN], [], [2], [3], [double.NaN], [], [0.5], [3]];
        for (var i = 0; i < metrics.Length; i++)
        {
            var run = await Run(experiment, $"r{i % 4}", 1000 + i / 2, i % 3 == 0 ? null : new() { ["p"] = $"{i % 3}" }, null, metrics[i].Length == 0 ? [] : [("m", metrics[i])]);
            if (i % 2 == 0)
                (await _mira.Post("runs/update", new { run_id = run, status = i % 4 == 0 ? "FINISHED" : "FAILED", end_time = 5000 + i % 4 })).Ok();
        }
        var (store, view, one) = (_plugged.Store("SearchStore"), _plugged.View, new[] { Id(experiment) });
        foreach (var sorted in (string[])["", "metrics.m", "metrics.m DESC", "max(metrics.m) DESC", "params.p DESC|metrics.m", "metrics.m DESC|params.p", "end_time", "duration DESC", "status|run_name DESC"])
            foreach (var text in (string[])["", "metrics.m > 1", "NOT params.p = '2'"])
            {
                var (filter, order) = (_plugged.Filter(text), _plugged.Order(sorted.Split('|', StringSplitOptions.RemoveEmptyEntries)));
                Guid[] all = await store.Runs(filter, order, one, view, 100, 0L, Anybody, default(CancellationToken));
                Assert.Equal(all.Length, await Count(experiment, filter));
                var paged = new List<Guid>(all.Take(2));
                while ((Guid[])await store.RunsAfter(filter, order, one, view, 2, paged[^1], Anybody, default(CancellationToken)) is { Length: > 0 } page)
                    paged.AddRange(page);
                Assert.Equal(all, paged);
                Assert.Null((Guid[]?)await store.RunsAfter(filter, order, one, view, 2, Guid.NewGuid(), Anybody, default(CancellationToken)));
            }
    }

    private async Task<(List<(string? Value, string? Label, long Runs, List<(long Runs, double? Min, double? Mean, double? Max, double? Deviation)> Metrics)> Groups, long Count)> Groups(
        string experiment, string filter, string by, string[] metrics, object order, int limit = 10, long offset = 0)
    {
        var found = await _plugged.Store("GroupStore").Groups(Id(experiment), _plugged.Filter(filter), _plugged.View, (dynamic)_plugged.GroupKey(by)!, _plugged.Metrics(metrics), (dynamic)order, limit, offset, default(CancellationToken));
        var groups = new List<(string?, string?, long, List<(long, double?, double?, double?, double?)>)>();
        foreach (var group in found.Groups)
        {
            var spreads = new List<(long, double?, double?, double?, double?)>();
            foreach (var spread in group.Metrics)
                spreads.Add(((long)spread.Runs, (double?)spread.Min, (double?)spread.Mean, (double?)spread.Max, (double?)spread.Deviation));
            groups.Add(((string?)group.Value, (string?)group.Label, (long)group.Runs, spreads));
            // One group is the same search with one more clause.
            Assert.Equal((long)group.Runs, await Count(experiment, _plugged.Filter(filter).And(((dynamic)_plugged.GroupKey(by)!).Of(group.Value))));
        }
        return (groups, (long)found.Count);
    }

    [Fact]
    public async Task Runs_are_grouped_with_the_spread_of_their_metrics()
    {
        var experiment = await _mira.NewExperiment();
        await Run(experiment, "a", 1, new() { ["lr"] = "10" }, null, ("acc", [0.1, 0.5]), ("big", [1.7e308]));
        await Run(experiment, "b", 2, new() { ["lr"] = "10" }, null, ("acc", [0.7]));
        await Run(experiment, "c", 3, new() { ["lr"] = "9" }, null, ("acc", [double.NaN]));
        await Run(experiment, "d", 4, null, null, ("acc", [0.9]));
        await Run(experiment, "e", 5, new() { ["lr"] = "10" });
        var (groups, count) = await Groups(experiment, "", "params.lr", ["acc", "Min acc", "big"], _plugged.GroupOrder("Runs", true));
        Assert.Equal([("10", 3L), ("9", 1), (null, 1)], groups.Select(g => (g.Value, g.Runs)));
        Assert.Equal(3, count);
        var ten = groups[0].Metrics;
        Assert.Equal((2, 0.5, 0.6, 0.7), (ten[0].Runs, ten[0].Min, Math.Round(ten[0].Mean!.Value, 9), ten[0].Max));
        Assert.Equal(Math.Sqrt(0.02), ten[0].Deviation!.Value, 9);
        Assert.Equal((0.1, 0.4), (ten[1].Min, Math.Round(ten[1].Mean!.Value, 9)));
        Assert.Equal((1.7e308, null, null), (ten[2].Max, ten[2].Mean, ten[2].Deviation));
        Assert.Equal(default, groups[1].Metrics[0]);
        Assert.Equal((1, 0.9, null), (groups[2].Metrics[0].Runs, groups[2].Metrics[0].Mean, groups[2].Metrics[0].Deviation));
        // Numbers by size; the mean of a metric; a page of one.
        Assert.Equal(["9", "10", null], (await Groups(experiment, "", "params.lr", [], _plugged.GroupOrder("Value", false))).Groups.Select(g => g.Value));
        Assert.Equal(["10", "9", null], (await Groups(experiment, "", "params.lr", [], _plugged.GroupOrder("Value", true))).Groups.Select(g => g.Value));
        Assert.Equal([null, "10", "9"], (await Groups(experiment, "", "params.lr", [], _plugged.GroupOrder("Mean", true, "acc"))).Groups.Select(g => g.Value));
        var (page, all) = await Groups(experiment, "run_name != 'e'", "params.lr", [], _plugged.GroupOrder("Value", false), 1, 1);
        Assert.Equal(("10", 2L, 3L), (page[0].Value, page[0].Runs, all));
    }

    [Fact]
    public async Task Runs_are_grouped_by_status_user_parent_tag_and_dataset()
    {
        var experiment = await _mira.NewExperiment();
        var parent = await Run(experiment, "parent", 1, null, new() { ["team"] = "red" });
        var child = (await _mira.Post("runs/create", new { experiment_id = experiment, run_name = "child", start_time = 2, user_id = "ann", tags = new[] { new { key = "mlflow.parentRunId", value = parent } } })).Word("run.info.run_id");
        foreach (var name in (string[])["d1", "d2"])
            (await _mira.Post("runs/log-inputs", new { run_id = child, datasets = new[] { new { dataset = new { name, digest = "1", source_type = "local", source = "s" } } } })).Is("{}");
        (await _mira.Post("runs/update", new { run_id = child, status = "FINISHED" })).Ok();
        foreach (var (key, expected) in new[]
        {
            ("attributes.status", "completed:1 running:1"), ("attributes.user_id", "ann:1 -:1"), ("attributes.parent_run_id", $"{parent}(parent):1 -:1"),
            ("tags.team", "red:1 -:1"), ("datasets.name", "d1:1 d2:1 -:1"), ("datasets.digest", "1:1 -:1"), ("datasets.context", "-:2"),
        })
            Assert.Equal(expected, string.Join(' ', (await Groups(experiment, "", key, [], _plugged.GroupOrder("Value", false))).Groups.Select(g => $"{g.Value ?? "-"}{(g.Label is null ? "" : $"({g.Label})")}:{g.Runs}")));
        foreach (var text in (string?[])[null, "", "params.", "metrics.a", "attributes.name", "datasets.size", "lr"])
            Assert.Null(_plugged.GroupKey(text));
    }

    [Theory]
    [InlineData("", "Param", "", false, "other:2+ same:2 Some:1+")]
    [InlineData("", "Param", "", true, "other:2+ Some:1+")]
    [InlineData("run_name = 'a'", "Param", "", false, "other:1 same:1 Some:1")]
    [InlineData("run_name = 'a'", "Param", "", true, "")]
    [InlineData("", "Param", "OTH", false, "other:2+")]
    [InlineData("", "Param", "none", false, "")]
    [InlineData("", "Metric", "", false, "acc:2+ loss:2")]
    [InlineData("", "Tag", "runname", true, "mlflow.runName:2+")]
    public async Task Keys_say_how_many_runs_have_them_and_whether_they_differ(string filter, string kind, string text, bool differing, string expected)
    {
        var experiment = await _mira.NewExperiment();
        await Run(experiment, "a", 1, new() { ["same"] = "1", ["other"] = "1", ["Some"] = "x" }, null, ("loss", [1]), ("acc", [2]));
        await Run(experiment, "b", 2, new() { ["same"] = "1", ["other"] = "2" }, null, ("loss", [1]), ("acc", [3]));
        (await _mira.Post("runs/delete", new { run_id = await Run(experiment, "gone", 3, new() { ["gone"] = "1" }) })).Is("{}");
        var (all, after) = (new List<(string Key, string Text)>(), (string?)null);
        do
        {
            var page = await _plugged.Store("KeyStore").Keys(Id(experiment), _plugged.Filter(filter), _plugged.View, _plugged.Word("Domain.Search.Entity", kind), text, differing, after, 1, default(CancellationToken));
            foreach (var key in page.Keys)
                all.Add(((string)key.Key, $"{key.Key}:{key.Runs}{(key.Differs ? "+" : "")}"));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(expected, string.Join(' ', all.OrderBy(k => k.Key, StringComparer.OrdinalIgnoreCase).Select(k => k.Text)));
    }
}
