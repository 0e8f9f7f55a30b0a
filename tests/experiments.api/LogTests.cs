using System.Text.Json.Nodes;

namespace Crucible.Experiments.Api.Tests;

/// <summary>What is logged is kept once, whole, and only where it belongs.</summary>
public sealed class LogTests(TrackingWorld world) : IClassFixture<TrackingWorld>
{
    private readonly Tracking _mira = new(world.Client(world.Cast.Member));

    [Fact]
    public async Task A_repeated_batch_adds_nothing()
    {
        var run = await _mira.NewRun();
        var batch = new { run_id = run, metrics = Tracking.Metrics("loss", 500), @params = new[] { new { key = "lr", value = "0.1" } }, tags = new[] { new { key = "t", value = "1" } } };
        (await _mira.Post("runs/log-batch", batch)).Ok();
        (await _mira.Post("runs/log-batch", batch)).Ok();
        Assert.Equal(500, (await _mira.History(run, "loss")).Count);
        var data = (await _mira.Get($"runs/get?run_id={run}")).Ok()["run"]!["data"]!;
        Assert.Equal("49.9", data["metrics"]![0]!["value"]!.ToString());
        Assert.Equal("0.1", (string?)Assert.Single((JsonArray)data["params"]!)!["value"]);
    }

    [Fact]
    public async Task A_batch_that_is_refused_leaves_nothing_behind()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-parameter", new { run_id = run, key = "lr", value = "0.1" })).Ok();
        (await _mira.Post("runs/log-batch", new
        {
            run_id = run,
            metrics = Tracking.Metrics("loss", 3),
            tags = new[] { new { key = "t", value = "1" } },
            @params = new[] { new { key = "new", value = "1" }, new { key = "lr", value = "0.2" } },
        })).Refused(400, "INVALID_PARAMETER_VALUE");
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = Tracking.Metrics("loss", 1001) })).Refused(400, "INVALID_PARAMETER_VALUE");
        var data = (await _mira.Get($"runs/get?run_id={run}")).Ok()["run"]!["data"]!;
        Assert.Null(data["metrics"]);
        Assert.Single((JsonArray)data["params"]!);
        Assert.Equal("mlflow.runName", (string?)Assert.Single((JsonArray)data["tags"]!)!["key"]);
    }

    [Fact]
    public async Task Calls_that_share_a_transaction_are_answered_each_for_itself()
    {
        var experiment = await _mira.NewExperiment();
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _mira.NewRun(experiment)));
        (await _mira.Post("runs/delete", new { run_id = runs[0] })).Ok();
        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => _mira.Post("runs/log-metric",
            new { run_id = i % 7 == 6 ? Guid.NewGuid().ToString("N") : runs[i % 7], key = "m", value = i, timestamp = 1, step = i })));
        for (var i = 0; i < answers.Length; i++)
            if (i % 7 == 0)
                Assert.Contains("'active' state", answers[i].Refused(400, "INVALID_PARAMETER_VALUE"));
            else if (i % 7 == 6)
                answers[i].Refused(404, "RESOURCE_DOES_NOT_EXIST");
            else
                answers[i].Ok();
        for (var r = 1; r < runs.Length; r++)
            Assert.Equal(Enumerable.Range(0, 120).Where(i => i % 7 == r), (await _mira.History(runs[r], "m")).Select(p => (int)p!["step"]!));
    }

    [Fact]
    public async Task Latest_is_the_greatest_step_then_time_then_value()
    {
        var run = await _mira.NewRun();
        foreach (var (step, at, value) in new[] { (5L, 10L, 1.0), (5, 30, 2), (5, 30, 3), (5, 20, 9), (4, 99, 9) })
            (await _mira.Post("runs/log-metric", new { run_id = run, key = "m", value, timestamp = at, step })).Ok();
        var latest = (await _mira.Get($"runs/get?run_id={run}")).Ok()["run"]!["data"]!["metrics"]![0]!;
        Assert.Equal((5, 30, 3.0), ((long)latest["step"]!, (long)latest["timestamp"]!, (double)latest["value"]!));
    }

    [Fact]
    public async Task NaN_and_infinities_come_back_as_MLflow_keeps_them()
    {
        var run = await _mira.NewRun();
        (await _mira.PostText("runs/log-batch", $$"""
            {"run_id": "{{run}}", "metrics": [
                {"key": "m", "value": "NaN", "timestamp": 1, "step": 1}, {"key": "m", "value": NaN, "timestamp": "1", "step": "1"},
                {"key": "m", "value": "Infinity", "timestamp": 2, "step": 2}, {"key": "m", "value": "-Infinity", "timestamp": 3, "step": 3}]}
            """)).Ok();
        Assert.Equal(["NaN", "1.7976931348623157E+308", "-1.7976931348623157E+308"], (await _mira.History(run, "m")).Select(p => p!["value"]!.ToString()));
    }
}
