namespace Crucible.Experiments.Api.Tests;

/// <summary>Mira of team red logs; Vito of red reads; Stan of blue sees nothing of it.</summary>
public sealed class VisibilityTests(TrackingWorld world) : IClassFixture<TrackingWorld>
{
    private readonly Tracking _admin = new(world.Client(world.Cast.Admin));
    private readonly Tracking _mira = new(world.Client(world.Cast.Member));
    private readonly Tracking _vito = new(world.Client(world.Cast.Viewer));
    private readonly Tracking _stan = new(world.Client(world.Cast.Stranger));

    [Fact]
    public async Task What_another_team_has_does_not_exist()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        (await _mira.Send(HttpMethod.Put, $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/a.txt", new StringContent("a"))).Ok();
        var refused = new[]
        {
            await _stan.Get($"experiments/get?experiment_id={experiment}"),
            await _stan.Get($"runs/get?run_id={run}"),
            await _stan.Get($"metrics/get-history?run_id={run}&metric_key=m"),
            await _stan.Get($"metrics/get-history-bulk-interval?run_ids={run}&metric_key=m"),
            await _stan.Get($"artifacts/list?run_id={run}"),
            await _stan.Get($"/get-artifact?run_id={run}&path=a.txt"),
            await _stan.Get($"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/a.txt"),
            await _stan.Send(HttpMethod.Put, $"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/b.txt", new StringContent("b")),
            await _stan.Post("runs/create", new { experiment_id = experiment }),
            await _stan.Post("runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1 }),
            await _stan.Post("runs/log-batch", new { run_id = run, tags = new[] { new { key = "t", value = "1" } } }),
            await _stan.Post("runs/update", new { run_id = run, status = "FAILED" }),
            await _stan.Post("runs/delete", new { run_id = run }),
            await _stan.Post("experiments/delete", new { experiment_id = experiment }),
        };
        Assert.All(refused, answer => answer.Refused(404, "RESOURCE_DOES_NOT_EXIST"));
        Assert.Null((await _stan.Post("runs/search", new { experiment_ids = new[] { experiment } })).Ok()["runs"]);
        Assert.DoesNotContain($"\"experiment_id\":\"{experiment}\"", (await _stan.Post("experiments/search", new { max_results = 1000 })).Text);
    }

    [Fact]
    public async Task A_viewer_reads_and_only_the_owner_or_an_admin_deletes()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        (await _vito.Get($"runs/get?run_id={run}")).Ok();
        (await _vito.Post("runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1 })).Refused(403, "PERMISSION_DENIED");
        (await _vito.Post("runs/delete", new { run_id = run })).Refused(403, "PERMISSION_DENIED");
        (await _mira.Post("runs/delete", new { run_id = run })).Ok();
        (await _admin.Post("experiments/delete", new { experiment_id = experiment })).Ok();
        (await _mira.Post("experiments/delete", new { experiment_id = "0" })).Refused(403, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task A_name_is_taken_whoever_has_it()
    {
        (await _mira.Post("experiments/create", new { name = "shared name" })).Ok();
        (await _stan.Post("experiments/create", new { name = "shared name" })).Refused(400, "RESOURCE_ALREADY_EXISTS");
        (await _stan.Get("experiments/get-by-name?experiment_name=shared%20name")).Refused(404, "RESOURCE_DOES_NOT_EXIST");
    }

    [Fact]
    public async Task Nobody_is_asked_for_credentials()
    {
        using var answer = await world.Client(null).GetAsync("/api/2.0/mlflow/experiments/get?experiment_id=0");
        Assert.Equal(401, (int)answer.StatusCode);
    }
}
