using System.Text.Json.Nodes;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Points that are logged reach who listens.</summary>
public sealed class LiveTests(TrackingWorld world) : IClassFixture<TrackingWorld>
{
    private readonly Tracking _mira = new(world.Client(world.Cast.Member));

    [Fact]
    public async Task Points_follow_the_greeting()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = Tracking.Metrics("loss", 10) })).Ok();
        await using var listener = await world.Listen(world.Cast.Viewer, $"run:{run}");
        Assert.Equal(10, (long)JsonNode.Parse((await listener.Next("greeting")).Data)!["rev"]!);

        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = Tracking.Metrics("loss", 5, from: 10) })).Ok();
        var points = JsonNode.Parse((await listener.Next("points")).Data)!;
        Assert.Equal((10, 15), ((long)points["from"]!, (long)points["to"]!));
        Assert.Equal([10, 11, 12, 13, 14], points["series"]!["loss"]!.AsArray().Select(p => (int)p![0]!));
        Assert.Empty(points["stale"]!.AsArray());
    }

    [Fact]
    public async Task A_point_that_comes_late_makes_its_curve_stale()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = Tracking.Metrics("loss", 5, from: 100) })).Ok();
        await using var listener = await world.Listen(world.Cast.Member, $"run:{run}");
        await listener.Next("greeting");
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "loss", value = 7, step = 3, timestamp = 1 })).Ok();
        Assert.Equal("loss", (string?)Assert.Single(JsonNode.Parse((await listener.Next("points")).Data)!["stale"]!.AsArray()));
    }

    [Fact]
    public async Task A_table_hears_the_latest_values_of_what_runs()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await using var listener = await world.Listen(world.Cast.Member, $"experiment:{experiment}");
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "acc", value = 0.5, step = 1, timestamp = 1 })).Ok();
        Assert.Equal(0.5, (double)JsonNode.Parse((await listener.Next("latest")).Data)!["runs"]![run]!["acc"]!);
    }

    [Fact]
    public async Task What_may_not_be_seen_may_not_be_listened_to()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        foreach (var topic in new[] { $"run:{run}", $"experiment:{experiment}", $"experiments:{world.Cast.Red:N}", $"run:{Guid.NewGuid():N}", "run:x" })
        {
            await using var listener = await world.Listen(world.Cast.Stranger, topic);
            Assert.Equal(403, (int)listener.Status);
        }
    }
}
