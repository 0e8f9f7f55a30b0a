using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>What runs read and made: datasets, models by reference, and the models' history in a tag.</summary>
public sealed class LinkTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private static object Dataset(string name, string digest, string? context = null, string? schema = null, string? profile = null) => new
    {
        tags = context is null ? [] : new[] { new { key = "mlflow.data.context", value = context } },
        dataset = new { name, digest, source_type = "local", source = "/data/x.csv", schema, profile },
    };

    [Fact]
    public async Task Datasets_come_back_whole_and_the_same_name_and_digest_is_one()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-inputs", new { run_id = run, datasets = new[] { Dataset("d", "1", "training", "{\"columns\": []}", "{\"rows\": 5}") } })).Is("{}");
        (await _mira.Post("runs/log-inputs", new { run_id = run, datasets = new[] { Dataset("d", "1", "training"), Dataset("d", "2") }, models = new[] { new { model_id = "m-b" }, new { model_id = "m-a" } } })).Is("{}");
        var inputs = (await _mira.Run(run)).At("inputs");
        using var expected = JsonDocument.Parse("""
            {"dataset_inputs": [
                {"tags": [{"key": "mlflow.data.context", "value": "training"}],
                 "dataset": {"name": "d", "digest": "1", "source_type": "local", "source": "/data/x.csv", "schema": "{\"columns\": []}", "profile": "{\"rows\": 5}"}},
                {"dataset": {"name": "d", "digest": "2", "source_type": "local", "source": "/data/x.csv"}}],
             "model_inputs": [{"model_id": "m-a"}, {"model_id": "m-b"}]}
            """);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, inputs), inputs.GetRawText());
    }

    [Fact]
    public async Task Summaries_name_each_dataset_once_for_each_context()
    {
        var (one, other) = (await _mira.NewExperiment(), await _mira.NewExperiment());
        foreach (var experiment in (string[])[one, one, other])
            (await _mira.Post("runs/log-inputs", new { run_id = await _mira.NewRun(experiment), datasets = new[] { Dataset("d", "1", "training"), Dataset("e", "2") } })).Is("{}");
        (await _mira.Post("runs/log-inputs", new { run_id = await _mira.NewRun(one), datasets = new[] { Dataset("d", "1", "test") } })).Is("{}");
        foreach (var api in (string[])["/ajax-api/2.0/mlflow/", "/api/2.0/mlflow/"])
            (await _mira.Post($"{api}experiments/search-datasets", new { experiment_ids = new[] { one, other, "987654" } })).Is($$"""
                {"dataset_summaries": [
                    {"experiment_id": "{{one}}", "name": "d", "digest": "1", "context": "test"}, {"experiment_id": "{{one}}", "name": "d", "digest": "1", "context": "training"},
                    {"experiment_id": "{{one}}", "name": "e", "digest": "2"},
                    {"experiment_id": "{{other}}", "name": "d", "digest": "1", "context": "training"}, {"experiment_id": "{{other}}", "name": "e", "digest": "2"}]}
                """);
        (await _mira.Post("experiments/search-datasets", new { experiment_ids = new[] { await _mira.NewExperiment() } })).Is("{}");
        (await _mira.Post("experiments/search-datasets", "{}")).Invalid("experiment_ids");
        (await _mira.Post("experiments/search-datasets", new { experiment_ids = Enumerable.Repeat(one, 21) })).Invalid("20");
    }

    public static TheoryData<string, string> WrongDatasets() => new()
    {
        { """{"dataset": {"digest": "1", "source_type": "l", "source": "s"}}""", "name" },
        { """{"dataset": {"name": "d", "source_type": "l", "source": "s"}}""", "digest" },
        { """{"dataset": {"name": "d", "digest": "1", "source": "s"}}""", "source_type" },
        { """{"dataset": {"name": "d", "digest": "1", "source_type": "l"}}""", "source" },
        { """{"dataset": {"name": "d", "digest": 1, "source_type": "l", "source": "s"}}""", "digest" },
        { """{"dataset": "d"}""", "dataset" },
        { "{}", "dataset" },
        { "5", "datasets[1]" },
        { """{"tags": {"a": "b"}, "dataset": {"name": "d", "digest": "1", "source_type": "l", "source": "s"}}""", "tags" },
        { """{"tags": [{"value": "b"}], "dataset": {"name": "d", "digest": "1", "source_type": "l", "source": "s"}}""", "key" },
        { """{"dataset": {"name": "d\u0000", "digest": "1", "source_type": "l", "source": "s"}}""", "name" },
        { $$"""{"dataset": {"name": "{{new string('n', 501)}}", "digest": "1", "source_type": "l", "source": "s"} }""", "500" },
        { $$"""{"dataset": {"name": "d", "digest": "{{new string('n', 37)}}", "source_type": "l", "source": "s"} }""", "36" },
        { $$"""{"dataset": {"name": "d", "digest": "1", "source_type": "l", "source": "{{new string('s', 65_536)}}"} }""", "65535" },
        { $$"""{"dataset": {"name": "d", "digest": "1", "source_type": "l", "source": "s", "schema": "{{new string('s', 1_048_576)}}"} }""", "1048575" },
    };

    [Theory]
    [MemberData(nameof(WrongDatasets))]
    public async Task A_wrong_dataset_is_refused_with_all_that_came_along(string dataset, string says)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-inputs", $$"""{"run_id": "{{run}}", "datasets": [{"dataset": {"name": "good", "digest": "1", "source_type": "l", "source": "s"} }, {{dataset}}]}""")).Invalid(says);
        Assert.Equal("{}", (await _mira.Run(run)).At("inputs").GetRawText());
    }

    [Fact]
    public async Task A_dataset_at_its_limits_is_kept_though_its_profile_has_sixteen_megabytes()
    {
        var run = await _mira.NewRun();
        var (name, digest, profile) = (new string('n', 500), new string('d', 36), new string('p', 16_777_215));
        (await _mira.Post("runs/log-inputs", new { run_id = run, datasets = new[] { Dataset(name, digest, null, new string('s', 1_048_575), profile) } })).Is("{}");
        var dataset = (await _mira.Run(run)).At("inputs.dataset_inputs[0].dataset");
        Assert.Equal((name, digest, 16_777_215), (dataset.At("name").GetString(), dataset.At("digest").GetString(), dataset.At("profile").GetString()!.Length));
    }

    [Fact]
    public async Task Models_that_a_run_made_are_its_outputs()
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/outputs", new { run_id = run, models = new[] { new { model_id = "m-2", step = 5 }, new { model_id = "m-1", step = 7 } } })).Is("{}");
        (await _mira.Post("runs/outputs", new { run_id = run, models = new[] { new { model_id = "m-0" } } })).Is("{}");
        using var expected = JsonDocument.Parse("""{"model_outputs": [{"model_id": "m-0", "step": 0}, {"model_id": "m-2", "step": 5}, {"model_id": "m-1", "step": 7}]}""");
        Assert.True(JsonElement.DeepEquals(expected.RootElement, (await _mira.Run(run)).At("outputs")));
        (await _mira.Post("runs/outputs", new { run_id = run, models = new[] { new { step = 1 } } })).Invalid("model_id");
        (await _mira.Post("runs/outputs", new { run_id = run, models = "m-1" })).Invalid("models");
    }

    private const string Model = """{"artifact_path": "PATH", "flavors": {"python_function": {"env": "conda.yaml"}}, "utc_time_created": "2026-01-01 00:00:00", "run_id": "x"}""";

    private async Task<JsonElement> ModelHistory(string run)
    {
        var json = (await _mira.Run(run)).Pairs("data.tags")["mlflow.log-model.history"];
        return JsonDocument.Parse(json).RootElement;
    }

    [Fact]
    public async Task Logged_models_gather_in_a_tag()
    {
        var run = await _mira.NewRun();
        foreach (var path in (string[])["a", "b", "a"])
            (await _mira.Post("runs/log-model", new { run_id = run, model_json = Model.Replace("PATH", path, StringComparison.Ordinal) })).Is("{}");
        Assert.Equal(["a", "b"], (await ModelHistory(run)).EnumerateArray().Select(m => m.At("artifact_path").GetString()));
    }

    [Fact]
    public async Task Of_models_logged_at_once_none_is_lost()
    {
        var run = await _mira.NewRun();
        var paths = Enumerable.Range(0, 8).Select(i => $"model{i}").ToArray();
        foreach (var answer in await Task.WhenAll(paths.Select(path => _mira.Post("runs/log-model", new { run_id = run, model_json = Model.Replace("PATH", path, StringComparison.Ordinal) }))))
            answer.Is("{}");
        Assert.Equal(paths, (await ModelHistory(run)).EnumerateArray().Select(m => m.At("artifact_path").GetString()).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"artifact_path": "a", "flavors": {}, "utc_time_created": "t"}""")]
    [InlineData("""{"artifact_path": "a", "artifact_path": "b", "flavors": {}, "utc_time_created": "t", "run_id": "x"}""")]
    [InlineData("""{"artifact_path": "\ud800", "flavors": {}, "utc_time_created": "t", "run_id": "x"}""")]
    [InlineData("""{"artifact_path": "a", "flavors": {"a": 1, "a": 2}, "utc_time_created": "t", "run_id": "x"}""")]
    public async Task A_model_that_is_none_is_refused(string model)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-model", new { run_id = run, model_json = model })).Invalid("model_json");
        Assert.DoesNotContain("mlflow.log-model.history", (await _mira.Run(run)).Pairs("data.tags").Keys);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[1, null, {\"a\": 1, \"a\": 2}, \"\\ud800\"]")]
    public async Task A_history_that_somebody_spoilt_is_no_fault_of_the_server(string spoilt)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/set-tag", new { run_id = run, key = "mlflow.log-model.history", value = spoilt })).Is("{}");
        var answer = await _mira.Post("runs/log-model", new { run_id = run, model_json = Model });
        Assert.True(answer.Status is 200 or 400, $"{answer.Status}: {answer.Text}");
    }

    [Fact]
    public async Task A_history_that_grows_too_long_for_its_tag_says_so()
    {
        var run = await _mira.NewRun();
        var refused = false;
        for (var i = 0; i < 100 && !refused; i++)
        {
            var answer = await _mira.Post("runs/log-model", new { run_id = run, model_json = Model.Replace("PATH", $"{i}{new string('p', 300)}", StringComparison.Ordinal) });
            if (refused = answer.Status != 200)
                answer.Invalid("8000");
        }
        Assert.True(refused);
        Assert.True((await ModelHistory(run)).GetArrayLength() > 5);
    }
}
