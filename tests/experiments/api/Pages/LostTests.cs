using System.Net;

namespace Crucible.Experiments.Api.Tests.Pages;

/// <summary>A running run whose client is silent for too long is shown as lost, and nothing else about it changes.</summary>
public sealed class LostTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string[]> Statuses(string experiment, string run)
    {
        var visitor = await world.Visit(world.Cast.Viewer);
        var page = await visitor.Get($"/experiments/runs/{run}");
        var table = await visitor.Get($"/experiments/{experiment}");
        var home = await visitor.Get("/");
        return
        [
            page.QuerySelector($"#run-head-{run} h1 .status")?.GetAttribute("data-status") ?? "",
            table.QuerySelector($"#run-status-{run} .status")?.GetAttribute("data-status") ?? "",
            home.QuerySelector($"#experiments-running li:has(a[href$='{run}']) .status")?.GetAttribute("data-status") ?? "",
        ];
    }

    // The tile has room for six.
    private async Task End(string run) => (await _mira.Post("runs/update", new { run_id = run, status = "FINISHED" })).Ok();

    [Fact]
    public async Task A_silent_run_is_lost_on_every_page_and_running_again_with_its_next_metric()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        Assert.Equal(["running", "running", "running"], await Statuses(experiment, run));
        await world.Silence(run, TimeSpan.FromHours(2.9));
        Assert.Equal(["running", "running", "running"], await Statuses(experiment, run));
        await world.Silence(run, TimeSpan.FromHours(3.1));
        Assert.Equal(["lost", "lost", "lost"], await Statuses(experiment, run));
        var visitor = await world.Visit(world.Cast.Viewer);
        Assert.Contains("1 lost", (await visitor.Get($"/experiments/{experiment}")).Words($"#experiment-head-{experiment}"), StringComparison.Ordinal);
        Assert.DoesNotContain("running", (await visitor.Get("/experiments")).Words($"#experiment-row-{experiment}"), StringComparison.Ordinal);
        Assert.Equal("RUNNING", (await _mira.Run(run)).At("info.status").GetString());
        Assert.Equal([run], (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter = "attributes.status = 'RUNNING'" })).Each("runs", "info.run_id"));

        (await _mira.Post("runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1 })).Is("{}");
        Assert.Equal(["running", "running", "running"], await Statuses(experiment, run));
        await End(run);
    }

    [Theory]
    [InlineData("runs/log-parameter", """{"run_id": "RUN", "key": "p", "value": "1"}""")]
    [InlineData("runs/set-tag", """{"run_id": "RUN", "key": "t", "value": "1"}""")]
    [InlineData("runs/log-batch", """{"run_id": "RUN", "params": [{"key": "q", "value": "1"}]}""")]
    [InlineData("runs/update", """{"run_id": "RUN", "status": "RUNNING"}""")]
    [InlineData("runs/outputs", """{"run_id": "RUN", "models": [{"model_id": "m-1", "step": 1}]}""")]
    [InlineData("runs/log-inputs", """{"run_id": "RUN", "datasets": [{"dataset": {"name": "d", "digest": "1", "source_type": "l", "source": "s"}}]}""")]
    public async Task Any_write_of_its_client_brings_a_lost_run_back(string call, string body)
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await world.Silence(run, TimeSpan.FromDays(2));
        Assert.Equal("lost", (await Statuses(experiment, run))[0]);
        (await _mira.Post(call, body.Replace("RUN", run, StringComparison.Ordinal))).Ok();
        Assert.Equal(["running", "running", "running"], await Statuses(experiment, run));
        await End(run);
    }

    [Fact]
    public async Task An_uploaded_file_is_a_sign_of_life_too()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await world.Silence(run, TimeSpan.FromDays(2));
        Assert.Equal("lost", (await Statuses(experiment, run))[0]);
        (await _mira.Send("PUT", $"{Tracker.Proxy}/{experiment}/{run}/artifacts/a.txt", new ByteArrayContent([1]))).Is("{}");
        Assert.Equal("running", (await Statuses(experiment, run))[0]);
        await End(run);
    }

    [Fact]
    public async Task A_run_that_ended_is_never_lost()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        (await _mira.Post("runs/update", new { run_id = run, status = "FINISHED" })).Ok();
        await world.Silence(run, TimeSpan.FromDays(20));
        Assert.Equal(["completed", "completed", ""], await Statuses(experiment, run));
    }

    [Fact]
    public async Task How_long_is_set_for_each_experiment_and_open_pages_hear_of_it()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        await world.Silence(run, TimeSpan.FromMinutes(5));
        Assert.Equal("running", (await Statuses(experiment, run))[0]);
        var mira = await world.Visit(world.Cast.Member);
        Assert.Equal("3h 00m", (await mira.Get($"/experiments/{experiment}")).Words("[data-lost-after]"));
        await using var listener = await world.Listen(world.Cast.Viewer, $"experiment:{experiment}");

        var page = await mira.Press($"/experiments/{experiment}?edit=lost", "form[action$='handler=LostAfter']", ("number", "4"), ("unit", "minutes"));
        Assert.Equal((HttpStatusCode.OK, $"/experiments/{experiment}"), (page.Status, page.Address));
        Assert.Equal("4m", page.Text("[data-lost-after]"));
        Assert.Contains((await listener.Next("refresh")).Data, (string[])[$"experiment-runs-{experiment}", $"experiment-head-{experiment}"]);
        Assert.Equal(["lost", "lost", "lost"], await Statuses(experiment, run));

        await mira.Press($"/experiments/{experiment}?edit=lost", "form[action$='handler=LostAfter']", ("number", "1.5"), ("unit", "hours"));
        Assert.Equal("running", (await Statuses(experiment, run))[0]);
        var form = await mira.Get($"/experiments/{experiment}?edit=lost");
        Assert.Equal("90", form.QuerySelector("#experiment-lost")?.GetAttribute("value"));
        Assert.Equal("minutes", form.QuerySelector("#experiment-lost-unit option[selected]")?.GetAttribute("value"));
        await End(run);
    }

    [Theory]
    [InlineData("0", "minutes")]
    [InlineData("0.9", "minutes")]
    [InlineData("-3", "hours")]
    [InlineData("30.1", "days")]
    [InlineData("1e300", "days")]
    [InlineData("99999999999999999999999", "days")]
    [InlineData("NaN", "hours")]
    [InlineData("", "hours")]
    [InlineData("soon", "hours")]
    [InlineData("3", "years")]
    public async Task What_is_out_of_range_is_refused_at_the_field_with_what_was_entered(string number, string unit)
    {
        var experiment = await _mira.NewExperiment();
        var mira = await world.Visit(world.Cast.Member);
        var page = await mira.Press($"/experiments/{experiment}?edit=lost", "form[action$='handler=LostAfter']", ("number", number), ("unit", unit));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, page.Status);
        Assert.Contains("1 minute", page.Text("#experiment-lost-note[role=alert]"), StringComparison.Ordinal);
        Assert.Equal(number, page.Page.QuerySelector("#experiment-lost")?.GetAttribute("value"));
        Assert.Equal("3h 00m", (await mira.Get($"/experiments/{experiment}")).Words("[data-lost-after]"));
    }
}
