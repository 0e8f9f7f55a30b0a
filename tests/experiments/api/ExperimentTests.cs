namespace Crucible.Experiments.Api.Tests;

public sealed class ExperimentTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    [Theory]
    [InlineData("/api/2.0/mlflow/")]
    [InlineData("/ajax-api/2.0/mlflow/")]
    public async Task An_experiment_is_answered_in_the_protocols_shape_by_id_and_by_name(string api)
    {
        var name = Tracker.Unique("shape");
        var created = await _mira.Post($"{api}experiments/create", new { name, tags = new[] { new { key = "team", value = "réd" } } });
        var id = created.Word("experiment_id");
        created.Is($$"""{"experiment_id": "{{id}}"}""");
        var answer = await _mira.Get($"{api}experiments/get?experiment_id={id}");
        var at = answer.At("experiment.creation_time").GetInt64();
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(at) - TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(-5), TimeSpan.FromMinutes(1));
        var expected = $$"""
            {"experiment": {"experiment_id": "{{id}}", "name": "{{name}}", "artifact_location": "mlflow-artifacts:/{{id}}", "lifecycle_stage": "active",
             "last_update_time": {{at}}, "creation_time": {{at}}, "tags": [{"key": "team", "value": "réd"}]} }
            """;
        answer.Is(expected);
        (await _mira.Get($"{api}experiments/get-by-name?experiment_name={name}")).Is(expected);
    }

    [Fact]
    public async Task Without_tags_there_is_no_list_of_them()
    {
        var id = await _mira.NewExperiment();
        Assert.False((await _mira.Get($"experiments/get?experiment_id={id}")).Has("experiment.tags"));
    }

    [Fact]
    public async Task A_location_of_ones_own_is_kept_and_inherited_by_runs()
    {
        var id = (await _mira.Post("experiments/create", new { name = Tracker.Unique("s3"), artifact_location = "s3://bucket/some/where/" })).Word("experiment_id");
        Assert.Equal("s3://bucket/some/where/", (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.artifact_location"));
        var run = await _mira.NewRun(id);
        Assert.Equal($"s3://bucket/some/where/{run}/artifacts", (await _mira.Run(run)).At("info.artifact_uri").GetString());
    }

    [Fact]
    public async Task The_default_experiment_is_there()
    {
        var answer = await _mira.Get("experiments/get?experiment_id=0");
        Assert.Equal(("0", "Default"), (answer.Word("experiment.experiment_id"), answer.Word("experiment.name")));
        Assert.Equal("0", (await _mira.Get("experiments/get-by-name?experiment_name=Default")).Word("experiment.experiment_id"));
    }

    [Fact]
    public async Task A_name_is_taken_once_and_free_again_when_its_experiment_is_deleted()
    {
        var name = Tracker.Unique("taken");
        var first = await _mira.NewExperiment(name);
        (await _mira.Post("experiments/create", new { name })).Refused(400, "RESOURCE_ALREADY_EXISTS", name);
        (await _mira.Post("experiments/delete", new { experiment_id = first })).Is("{}");
        // What set_experiment asks before it makes one.
        (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Missing();
        var second = await _mira.NewExperiment(name);
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Word("experiment.experiment_id"));
        Assert.Equal("deleted", (await _mira.Get($"experiments/get?experiment_id={first}")).Word("experiment.lifecycle_stage"));
        // It cannot come back under a name that is in use, and nothing of it does.
        (await _mira.Post("experiments/restore", new { experiment_id = first })).Refused(400, "RESOURCE_ALREADY_EXISTS", name);
        Assert.Equal("deleted", (await _mira.Get($"experiments/get?experiment_id={first}")).Word("experiment.lifecycle_stage"));
        var other = await _mira.NewExperiment();
        (await _mira.Post("experiments/update", new { experiment_id = other, new_name = name })).Refused(400, "RESOURCE_ALREADY_EXISTS", name);
        (await _mira.Post("experiments/delete", new { experiment_id = second })).Is("{}");
        (await _mira.Post("experiments/restore", new { experiment_id = first })).Is("{}");
        Assert.Equal(first, (await _mira.Get($"experiments/get-by-name?experiment_name={name}")).Word("experiment.experiment_id"));
        // Upper and lower case are different names, as they are to MLflow.
        await _mira.NewExperiment(name.ToUpperInvariant());
    }

    [Fact]
    public async Task One_of_many_who_create_the_same_name_at_once_wins()
    {
        var name = Tracker.Unique("race");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _mira.Post("experiments/create", new { name })));
        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => a.Refused(400, "RESOURCE_ALREADY_EXISTS"));
    }

    [Fact]
    public async Task Renaming_gives_another_name_and_moves_the_time_of_change()
    {
        var id = await _mira.NewExperiment();
        var before = (await _mira.Get($"experiments/get?experiment_id={id}")).At("experiment.last_update_time").GetInt64();
        var name = Tracker.Unique("renamed");
        (await _mira.Post("experiments/update", new { experiment_id = id, new_name = name })).Is("{}");
        var after = await _mira.Get($"experiments/get-by-name?experiment_name={name}");
        Assert.Equal(id, after.Word("experiment.experiment_id"));
        Assert.True(after.At("experiment.last_update_time").GetInt64() >= before);
        (await _mira.Post("experiments/update", new { experiment_id = id })).Is("{}");
        Assert.Equal(name, (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.name"));
    }

    [Fact]
    public async Task Tags_are_set_replaced_and_removed()
    {
        var id = await _mira.NewExperiment();
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = "mlflow.note.content", value = "# Hello\nthere" })).Is("{}");
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = "a", value = "1" })).Is("{}");
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = "a", value = "2" })).Is("{}");
        var tags = (await _mira.Get($"experiments/get?experiment_id={id}")).Json.Pairs("experiment.tags");
        Assert.Equal(new SortedDictionary<string, string> { ["a"] = "2", ["mlflow.note.content"] = "# Hello\nthere" }, tags);
        (await _mira.Post("experiments/delete-experiment-tag", new { experiment_id = id, key = "a" })).Is("{}");
        (await _mira.Post("experiments/delete-experiment-tag", new { experiment_id = id, key = "a" })).Missing("a");
        Assert.Equal(["mlflow.note.content"], (await _mira.Get($"experiments/get?experiment_id={id}")).Json.Pairs("experiment.tags").Keys);
    }

    [Fact]
    public async Task Deleting_takes_the_runs_along_and_restoring_brings_all_back()
    {
        var id = await _mira.NewExperiment();
        var (kept, gone) = (await _mira.NewRun(id), await _mira.NewRun(id));
        (await _mira.Post("runs/delete", new { run_id = gone })).Is("{}");
        (await _mira.Post("experiments/delete", new { experiment_id = id })).Is("{}");
        Assert.Equal("deleted", (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.lifecycle_stage"));
        Assert.Equal("deleted", (await _mira.Run(kept)).At("info.lifecycle_stage").GetString());
        (await _mira.Post("runs/log-metric", new { run_id = kept, key = "a", value = 1, timestamp = 1 })).Invalid("must be in the 'active' state");
        (await _mira.Post("runs/create", new { experiment_id = id })).Invalid("must be in the 'active' state. Current state is deleted.");
        (await _mira.Post("experiments/update", new { experiment_id = id, new_name = Tracker.Unique("x") })).Invalid("active");
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = "a", value = "1" })).Invalid("active");
        (await _mira.Post("experiments/delete", new { experiment_id = id })).Missing(id);

        (await _mira.Post("experiments/restore", new { experiment_id = id })).Is("{}");
        Assert.Equal("active", (await _mira.Get($"experiments/get?experiment_id={id}")).Word("experiment.lifecycle_stage"));
        Assert.Equal("active", (await _mira.Run(kept)).At("info.lifecycle_stage").GetString());
        Assert.Equal("active", (await _mira.Run(gone)).At("info.lifecycle_stage").GetString());
        (await _mira.Post("experiments/restore", new { experiment_id = id })).Missing(id);
    }

    [Theory]
    [InlineData("experiments/get?experiment_id=987654321098")]
    [InlineData("experiments/get?experiment_id=abc")]
    [InlineData("experiments/get?experiment_id=-1")]
    [InlineData("experiments/get?experiment_id=99999999999999999999999")]
    [InlineData("experiments/get-by-name?experiment_name=nobody")]
    public async Task An_unknown_one_is_missing(string call) => (await _mira.Get(call)).Missing();

    [Theory]
    [InlineData("experiments/delete", "{}")]
    [InlineData("experiments/restore", "{}")]
    [InlineData("experiments/update", """{"new_name": "n"}""")]
    [InlineData("experiments/set-experiment-tag", """{"key": "k", "value": "v"}""")]
    [InlineData("experiments/delete-experiment-tag", """{"key": "k"}""")]
    public async Task A_change_of_an_unknown_one_is_refused_and_so_is_one_without_an_id(string call, string rest)
    {
        (await _mira.Post(call, rest)).Invalid("experiment_id");
        var with = rest.Length > 2 ? rest.Insert(1, "\"experiment_id\": \"987654321\", ") : """{"experiment_id": "987654321"}""";
        (await _mira.Post(call, with)).Missing("987654321");
    }

    [Fact]
    public async Task Names_and_tags_at_the_limit_pass_and_one_over_does_not()
    {
        var name = Tracker.Unique("n").PadRight(500, 'x');
        var id = await _mira.NewExperiment(name);
        (await _mira.Post("experiments/create", new { name = name + "x" })).Invalid("500");
        (await _mira.Post("experiments/update", new { experiment_id = id, new_name = name + "x" })).Invalid("500");
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = new string('k', 250), value = new string('v', 5000) })).Is("{}");
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = new string('k', 251), value = "v" })).Invalid("250");
        (await _mira.Post("experiments/set-experiment-tag", new { experiment_id = id, key = "k", value = new string('v', 5001) })).Invalid("5000");
        Assert.Equal(new SortedDictionary<string, string> { [new('k', 250)] = new('v', 5000) }, (await _mira.Get($"experiments/get?experiment_id={id}")).Json.Pairs("experiment.tags"));
        var bad = Tracker.Unique("badtag");
        (await _mira.Post("experiments/create", new { name = bad, tags = new[] { new { key = "ok", value = "1" }, new { key = "", value = "2" } } })).Invalid("key");
        (await _mira.Get($"experiments/get-by-name?experiment_name={bad}")).Missing();
    }

    [Theory]
    [InlineData("{}", "Missing value for required parameter 'name'")]
    [InlineData("""{"name": ""}""", "Missing value for required parameter 'name'")]
    [InlineData("""{"name": null}""", "Missing value for required parameter 'name'")]
    [InlineData("""{"name": 5}""", "Invalid value 5 for parameter 'name' supplied")]
    [InlineData("""{"name": ["a"]}""", "for parameter 'name' supplied")]
    [InlineData("""{"name": "a\u0000b"}""", "U+0000")]
    [InlineData("""{"name": "n", "tags": {"a": "b"}}""", "tags")]
    [InlineData("""{"name": "n", "tags": ["a"]}""", "tags[0]")]
    [InlineData("""{"name": "n", "tags": [{"key": "a", "value": 1}]}""", "value")]
    public async Task What_is_wrong_with_a_creation_is_said(string body, string says) => (await _mira.Post("experiments/create", body)).Invalid(says);
}
