using System.Net;
using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>What is logged reaches who listens.</summary>
public sealed class LiveTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static async Task<JsonElement> Data(LiveListener listener, string name) => JsonDocument.Parse((await listener.Next(name)).Data).RootElement;

    private static Point[] Series(JsonElement points, string key) =>
        [.. points.At("series").GetProperty(key).EnumerateArray().Select(p => new Point(p[0].GetInt64(), p[1].GetInt64(), p[2].ValueKind == JsonValueKind.String ? double.NaN : p[2].GetDouble()))];

    [Fact]
    public async Task A_listener_is_told_how_far_the_run_is_and_then_each_point_once()
    {
        var run = await _mira.NewRun();
        await _mira.Log(run, "loss", Enumerable.Range(0, 10).Select(i => new Point(i, i, i)));
        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        var greeting = await Data(listener, "greeting");
        Assert.Equal((run, 10), (greeting.At("run").GetString(), greeting.At("rev").GetInt64()));

        Point[] sent = [new(10, 10, 0.5), new(11, 11, double.NaN), new(12, 12, -1)];
        await _mira.Log(run, "loss", sent);
        var points = await Data(listener, "points");
        Assert.Equal((run, 10, 13), (points.At("run").GetString(), points.At("from").GetInt64(), points.At("to").GetInt64()));
        Assert.Equal(sent, Series(points, "loss"));
        Assert.Equal(0, points.At("stale").GetArrayLength());

        // A repeated batch is no news; the next point is.
        await _mira.Log(run, "loss", sent);
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "acc", value = 1, timestamp = 1, step = 1 })).Is("{}");
        points = await Data(listener, "points");
        Assert.Equal((13, 14), (points.At("from").GetInt64(), points.At("to").GetInt64()));
        Assert.Equal(["acc"], points.At("series").EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task Everything_logged_while_listening_arrives_in_order_without_a_gap()
    {
        var run = await _mira.NewRun();
        await using var listener = await world.Listen(world.Cast.Member, $"run:{run}");
        var rev = (await Data(listener, "greeting")).At("rev").GetInt64();
        var logging = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
                (await _mira.Post("runs/log-metric", new { run_id = run, key = "m", value = i, timestamp = i, step = i })).Is("{}");
        });
        var seen = new List<long>();
        while (seen.Count < 300)
        {
            var points = await Data(listener, "points");
            Assert.Equal(rev, points.At("from").GetInt64());
            rev = points.At("to").GetInt64();
            seen.AddRange(Series(points, "m").Select(p => p.Step));
        }
        await logging;
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), seen);
        Assert.Equal(300, rev);
    }

    [Fact]
    public async Task Late_points_and_too_many_at_once_make_a_curve_stale()
    {
        var run = await _mira.NewRun();
        await _mira.Log(run, "late", [new(100, 100, 1)]);
        await using var listener = await world.Listen(world.Cast.Member, $"run:{run}");
        await listener.Next("greeting");
        await _mira.Log(run, "late", [new(3, 1, 7)]);
        var points = await Data(listener, "points");
        Assert.Equal(["late"], points.At("stale").EnumerateArray().Select(k => k.GetString()));
        await _mira.Log(run, "many", Enumerable.Range(0, 900).Select(i => new Point(i, i, i)));
        points = await Data(listener, "points");
        Assert.Equal((2, 902), (points.At("from").GetInt64(), points.At("to").GetInt64()));
        Assert.Equal(["many"], points.At("stale").EnumerateArray().Select(k => k.GetString()));
    }

    [Fact]
    public async Task Another_host_on_the_same_database_hears_the_points_of_this_one_and_the_other_way_round()
    {
        var second = await world.AddHost();
        var there = new Tracker(world.Client(world.Cast.Member, second));
        var run = await _mira.NewRun();
        await using var listener = await world.Listen(world.Cast.Member, $"run:{run}", url: second);
        await using var here = await world.Listen(world.Cast.Member, $"run:{run}");
        await listener.Next("greeting");
        await here.Next("greeting");
        await _mira.Log(run, "m", [new(1, 1, 1)]);
        foreach (var one in (LiveListener[])[listener, here])
            Assert.Equal([new(1, 1, 1)], Series(await Data(one, "points"), "m"));
        await there.Log(run, "m", [new(2, 2, 2)]);
        foreach (var one in (LiveListener[])[listener, here])
            Assert.Equal([new(2, 2, 2)], Series(await Data(one, "points"), "m"));
        Assert.Equal([new(1, 1, 1), new(2, 2, 2)], await there.History(run, "m"));
    }

    [Theory]
    [InlineData("runs/update", """{"run_id": "RUN", "status": "FINISHED", "end_time": 1700000009000}""")]
    [InlineData("runs/update", """{"run_id": "RUN", "run_name": "another name"}""")]
    [InlineData("runs/log-parameter", """{"run_id": "RUN", "key": "p", "value": "1"}""")]
    [InlineData("runs/set-tag", """{"run_id": "RUN", "key": "t", "value": "1"}""")]
    [InlineData("runs/log-inputs", """{"run_id": "RUN", "datasets": [{"dataset": {"name": "d", "digest": "1", "source_type": "l", "source": "s"}}]}""")]
    [InlineData("runs/delete", """{"run_id": "RUN"}""")]
    public async Task A_change_of_a_run_swaps_or_refreshes_a_part_of_its_page(string call, string body)
    {
        var run = await _mira.NewRun();
        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        await listener.Next("greeting");
        (await _mira.Post(call, body.Replace("RUN", run, StringComparison.Ordinal))).Ok();
        var heard = await listener.Next();
        Assert.Contains(heard.Event, (string[])["", "refresh"]);
        Assert.Contains(run, heard.Data, StringComparison.Ordinal);
        if (body.Contains("another name", StringComparison.Ordinal))
            Assert.Contains("another name", heard.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uploaded_file_is_news_of_its_run()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/a.txt", new ByteArrayContent([1]))).Is("{}");
        Assert.Contains(run, (await listener.Next("refresh")).Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_hears_of_new_runs_and_of_the_latest_values_of_those_that_run()
    {
        var experiment = await _mira.NewExperiment();
        await using var listener = await world.Listen(world.Cast.Viewer, $"experiment:{experiment}");
        var run = await _mira.NewRun(experiment);
        Assert.Equal(run, (await Data(listener, "run-started")).At("run").GetString());
        await _mira.Log(run, "acc", [new(1, 1, 0.5), new(2, 2, 0.75)]);
        Assert.Equal(0.75, (await Data(listener, "latest")).At($"runs.{run}.acc").GetDouble());
        await _mira.Log(run, "acc", [new(3, 3, double.NaN)]);
        Assert.Equal("NaN", (await Data(listener, "latest")).At($"runs.{run}.acc").GetString());
    }

    [Fact]
    public async Task What_may_not_be_seen_may_not_be_listened_to()
    {
        var things = await Things.Make(_mira);
        foreach (var topic in (string[])[$"run:{things.Run}", $"experiment:{things.Experiment}", $"experiments:{world.Cast.Red:N}"])
        {
            await using (var viewer = await world.Listen(world.Cast.Viewer, topic))
                Assert.Equal(HttpStatusCode.OK, viewer.Status);
            await using var stranger = await world.Listen(world.Cast.Stranger, topic);
            Assert.Equal(HttpStatusCode.Forbidden, stranger.Status);
        }
        foreach (var topic in (string[])[$"run:{Guid.NewGuid():N}", $"run:{things.Run.ToUpperInvariant()}", "run:x", "run:", "experiment:987654", "experiment:00", "experiment:-1", "experiments:red"])
        {
            await using var member = await world.Listen(world.Cast.Member, topic);
            Assert.True(member.Status is HttpStatusCode.Forbidden, $"{topic}: {member.Status}");
        }
        await using var mixed = await world.Listen(world.Cast.Stranger, $"experiment:0,run:{things.Run}");
        Assert.NotEqual(HttpStatusCode.OK, mixed.Status);
    }
}
