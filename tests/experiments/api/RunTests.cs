using System.Text.RegularExpressions;

namespace Crucible.Experiments.Api.Tests;

public sealed partial class RunTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Theory]
    [InlineData("/api/2.0/mlflow/")]
    [InlineData("/ajax-api/2.0/mlflow/")]
    public async Task A_new_run_is_answered_in_the_protocols_shape(string api)
    {
        var experiment = await _mira.NewExperiment();
        var created = await _mira.Post($"{api}runs/create", new
        {
            experiment_id = experiment,
            user_id = "bob",
            start_time = 1700000000000,
            run_name = "n",
            tags = new[] { new { key = "a", value = "b" } },
        });
        var id = created.Word("run.info.run_id");
        Assert.Matches("^[0-9a-f]{32}$", id);
        var info = $$"""
            {"run_id": "{{id}}", "run_uuid": "{{id}}", "run_name": "n", "experiment_id": "{{experiment}}", "user_id": "bob", "status": "RUNNING",
             "start_time": 1700000000000, "artifact_uri": "mlflow-artifacts:/{{experiment}}/{{id}}/artifacts", "lifecycle_stage": "active"}
            """;
        var expected = $$"""{"run": {"info": {{info}}, "data": {"tags": [{"key": "a", "value": "b"}, {"key": "mlflow.runName", "value": "n"}]}, "inputs": {} } }""";
        created.Is(expected);
        (await _mira.Get($"{api}runs/get?run_id={id}")).Is(expected);
        (await _mira.Get($"{api}runs/get?run_uuid={id}")).Is(expected);
        (await _mira.Post($"{api}runs/update", new { run_id = id, status = "FINISHED", end_time = 1700000001000 })).Is(
            $$"""{"run_info": {{info.Replace("RUNNING", "FINISHED", StringComparison.Ordinal).Replace("\"artifact_uri\"", "\"end_time\": 1700000001000, \"artifact_uri\"", StringComparison.Ordinal)}}}""");
    }

    [Fact]
    public async Task A_full_run_is_answered_with_the_latest_of_everything()
    {
        var experiment = await _mira.NewExperiment();
        var id = await _mira.NewRun(experiment, "full");
        (await _mira.Post("runs/log-batch", $$"""
            {"run_id": "{{id}}", "metrics": [{"key": "loss", "value": 0.5, "timestamp": 1700000000001, "step": 3}, {"key": "loss", "value": 0.75, "timestamp": 1700000000000, "step": 2}],
             "params": [{"key": "lr", "value": "0.1"}], "tags": [{"key": "t", "value": "v"}]}
            """)).Is("{}");
        var answer = await _mira.Get($"runs/get?run_id={id}");
        answer.Is($$"""
            {"run": {"info": {"run_id": "{{id}}", "run_uuid": "{{id}}", "run_name": "full", "experiment_id": "{{experiment}}", "user_id": "", "status": "RUNNING",
              "start_time": 1700000000000, "artifact_uri": "mlflow-artifacts:/{{experiment}}/{{id}}/artifacts", "lifecycle_stage": "active"},
             "data": {"metrics": [{"key": "loss", "value": 0.5, "timestamp": 1700000000001, "step": 3}], "params": [{"key": "lr", "value": "0.1"}],
              "tags": [{{TagsInOrder(answer, ("mlflow.runName", "full"), ("t", "v"))}}]}, "inputs": {} } }
            """);
        // Whole numbers are numbers without a fraction: clients in typed languages read them as int64.
        Assert.Equal(("1700000000001", "3"), (answer.At("run.data.metrics[0].timestamp").GetRawText(), answer.At("run.data.metrics[0].step").GetRawText()));
        Assert.Equal("1700000000000", answer.At("run.info.start_time").GetRawText());
    }

    private static string TagsInOrder(Answer answer, params (string Key, string Value)[] expected)
    {
        var order = answer.Each("run.data.tags", "key");
        return string.Join(", ", expected.OrderBy(e => Array.IndexOf(order, e.Key)).Select(e => $$"""{"key": "{{e.Key}}", "value": "{{e.Value}}"}"""));
    }

    [Fact]
    public async Task A_run_without_a_name_is_given_one_that_is_a_tag_too()
    {
        var answer = await _mira.Post("runs/create", new { experiment_id = await _mira.NewExperiment() });
        var name = answer.Word("run.info.run_name");
        Assert.Matches(GivenName(), name);
        Assert.Equal(name, answer.Json.Pairs("run.data.tags")["mlflow.runName"]);
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(answer.At("run.info.start_time").GetInt64()) - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(-5), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task The_name_may_come_as_a_tag_but_not_as_two_different_ones()
    {
        var experiment = await _mira.NewExperiment();
        var tag = new[] { new { key = "mlflow.runName", value = "tagged" } };
        Assert.Equal("tagged", (await _mira.Post("runs/create", new { experiment_id = experiment, tags = tag })).Word("run.info.run_name"));
        Assert.Equal("tagged", (await _mira.Post("runs/create", new { experiment_id = experiment, run_name = "tagged", tags = tag })).Word("run.info.run_name"));
        (await _mira.Post("runs/create", new { experiment_id = experiment, run_name = "other", tags = tag })).Invalid("mlflow.runName");
        Assert.Equal(2, (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment } })).Each("runs", "info.run_id").Length);
    }

    [Fact]
    public async Task Without_an_experiment_it_goes_to_the_default_one() =>
        Assert.Equal("0", (await _mira.Post("runs/create", "{}")).Word("run.info.experiment_id"));

    [Theory]
    [InlineData("\"FINISHED\"", "FINISHED")]
    [InlineData("\"FAILED\"", "FAILED")]
    [InlineData("\"KILLED\"", "KILLED")]
    [InlineData("\"SCHEDULED\"", "SCHEDULED")]
    [InlineData("3", "FINISHED")]
    [InlineData("\"5\"", "KILLED")]
    [InlineData("\"BOGUS\"", "RUNNING")]
    [InlineData("99", "RUNNING")]
    [InlineData("null", "RUNNING")]
    public async Task A_status_is_a_name_or_a_number_and_an_unknown_one_is_passed_over(string sent, string kept)
    {
        var id = await _mira.NewRun();
        Assert.Equal(kept, (await _mira.Post("runs/update", $$"""{"run_id": "{{id}}", "status": {{sent}}}""")).Word("run_info.status"));
        Assert.Equal(kept, (await _mira.Run(id)).At("info.status").GetString());
    }

    [Fact]
    public async Task A_run_ends_is_renamed_and_resumed()
    {
        var id = await _mira.NewRun();
        var ended = await _mira.Post("runs/update", new { run_id = id, status = "FAILED", end_time = "1700000002000", run_name = "again" });
        Assert.Equal(("FAILED", "again", 1700000002000), (ended.Word("run_info.status"), ended.Word("run_info.run_name"), ended.At("run_info.end_time").GetInt64()));
        Assert.Equal("again", (await _mira.Run(id)).Pairs("data.tags")["mlflow.runName"]);
        var resumed = await _mira.Post("runs/update", new { run_uuid = id, status = "RUNNING" });
        Assert.Equal("RUNNING", resumed.Word("run_info.status"));
        Assert.False(resumed.Has("run_info.end_time"));
        (await _mira.Post("runs/set-tag", new { run_id = id, key = "mlflow.runName", value = "by tag" })).Is("{}");
        Assert.Equal("by tag", (await _mira.Run(id)).At("info.run_name").GetString());
    }

    [Fact]
    public async Task A_deleted_run_can_be_read_but_not_written_until_it_is_restored()
    {
        var id = await _mira.NewRun();
        await _mira.Log(id, "m", [new(1, 1, 1)]);
        (await _mira.Post("runs/delete", new { run_id = id })).Is("{}");
        (await _mira.Post("runs/delete", new { run_id = id })).Is("{}");
        Assert.Equal("deleted", (await _mira.Run(id)).At("info.lifecycle_stage").GetString());
        Assert.Equal([new(1, 1, 1)], await _mira.History(id, "m"));
        var before = await _mira.Contents(id);
        foreach (var (call, body) in WritesTo(id))
            (await _mira.Post(call, body)).Invalid($"The run {id} must be in the 'active' state. Current state is deleted.");
        Assert.Equal(before, await _mira.Contents(id));
        (await _mira.Post("runs/restore", new { run_id = id })).Is("{}");
        (await _mira.Post("runs/restore", new { run_id = id })).Is("{}");
        Assert.Equal("active", (await _mira.Run(id)).At("info.lifecycle_stage").GetString());
        foreach (var (call, body) in WritesTo(id))
            Assert.True((await _mira.Post(call, body)).Ok().Status == 200);
    }

    private static (string Call, object Body)[] WritesTo(string run) =>
    [
        ("runs/log-metric", new { run_id = run, key = "m", value = 2, timestamp = 2 }),
        ("runs/log-batch", new { run_id = run, metrics = new[] { new { key = "b", value = 1, timestamp = 1 } } }),
        ("runs/log-batch", new { run_id = run, @params = new[] { new { key = "b", value = "1" } } }),
        ("runs/log-parameter", new { run_id = run, key = "p", value = "1" }),
        ("runs/set-tag", new { run_id = run, key = "t", value = "1" }),
        ("runs/delete-tag", new { run_id = run, key = "t" }),
        ("runs/update", new { run_id = run, status = "FINISHED" }),
        ("runs/log-inputs", new { run_id = run, datasets = new[] { new { dataset = new { name = "d", digest = "1", source_type = "local", source = "s" } } } }),
        ("runs/outputs", new { run_id = run, models = new[] { new { model_id = "m-" + new string('0', 32), step = 0 } } }),
        ("runs/log-model", new { run_id = run, model_json = """{"artifact_path": "model", "flavors": {}, "utc_time_created": "2026-01-01", "run_id": "x"}""" }),
    ];

    [Fact]
    public async Task Every_call_on_an_unknown_run_says_that_there_is_none()
    {
        var none = new string('0', 32);
        foreach (var (call, body) in WritesTo(none))
            (await _mira.Post(call, body)).Missing($"Run with id={none} not found");
        foreach (var call in (string[])["runs/delete", "runs/restore"])
            (await _mira.Post(call, new { run_id = none })).Missing($"Run with id={none} not found");
        foreach (var call in (string[])["runs/get?", "metrics/get-history?metric_key=a&max_results=5&", "artifacts/list?", "/get-artifact?path=a&"])
        {
            (await _mira.Get($"{call}run_id={none}")).Missing($"Run with id={none} not found");
            (await _mira.Get($"{call}run_id=xyz")).Missing("Run with id=xyz not found");
            (await _mira.Get(call.TrimEnd('?', '&'))).Invalid("Missing value for required parameter 'run_id'");
            (await _mira.Get($"{call}run_id=" + Tracker.Q("../../etc"))).Invalid("run_id");
            (await _mira.Get($"{call}run_id=" + new string('a', 300))).Invalid("run_id");
        }
    }

    [Fact]
    public async Task Runs_nest_by_their_tag()
    {
        var experiment = await _mira.NewExperiment();
        var parent = await _mira.NewRun(experiment, "parent");
        var child = (await _mira.Post("runs/create", new { experiment_id = experiment, run_name = "child", tags = new[] { new { key = "mlflow.parentRunId", value = parent } } })).Word("run.info.run_id");
        Assert.Equal(parent, (await _mira.Run(child)).Pairs("data.tags")["mlflow.parentRunId"]);
        Assert.Equal(["child"], (await _mira.Post("runs/search", new { experiment_ids = new[] { experiment }, filter = $"tags.mlflow.parentRunId = '{parent}'" })).Each("runs", "info.run_name"));
    }

    [Theory]
    [InlineData("987654321098", 404)]
    [InlineData("abc", 404)]
    [InlineData("-3", 404)]
    public async Task A_run_needs_an_experiment_that_is_there(string experiment, int status) =>
        (await _mira.Post("runs/create", new { experiment_id = experiment })).Refused(status, "RESOURCE_DOES_NOT_EXIST", experiment);

    [GeneratedRegex("^[a-z]+-[a-z]+-[0-9]{1,4}$")]
    private static partial Regex GivenName();
}
