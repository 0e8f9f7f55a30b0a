using System.Text.Json;

namespace Crucible.Experiments.Api.Tests;

/// <summary>Logged models, as 3.x clients use them.</summary>
public sealed class ModelTests(World world) : IClassFixture<World>
{
    private readonly Tracker _mira = new(world.Client(world.Cast.Member));

    private async Task<string> NewModel(string experiment, string name = "model", string? run = null, string? type = null) =>
        (await _mira.Post("logged-models", new { experiment_id = experiment, name, source_run_id = run, model_type = type })).Word("model.info.model_id");

    [Theory]
    [InlineData("/api/2.0/mlflow/")]
    [InlineData("/ajax-api/2.0/mlflow/")]
    public async Task A_model_is_made_finalised_and_answered_in_the_protocols_shape(string api)
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        var made = await _mira.Post($"{api}logged-models", new
        {
            experiment_id = experiment,
            name = "m",
            model_type = "Agent",
            source_run_id = run,
            @params = new[] { new { key = "depth", value = "3" } },
            tags = new[] { new { key = "t", value = "v" } },
        });
        var id = made.Word("model.info.model_id");
        Assert.Matches("^m-[0-9a-f]{32}$", id);
        var at = made.At("model.info.creation_timestamp_ms").GetInt64();
        string Expected(string status, long updated) => $$"""
            {"model": {"info": {"model_id": "{{id}}", "experiment_id": "{{experiment}}", "name": "m", "creation_timestamp_ms": {{at}}, "last_updated_timestamp_ms": {{updated}},
              "artifact_uri": "mlflow-artifacts:/{{experiment}}/models/{{id}}/artifacts", "status": "{{status}}", "model_type": "Agent", "source_run_id": "{{run}}",
              "tags": [{"key": "t", "value": "v"}]}, "data": {"params": [{"key": "depth", "value": "3"}]} } }
            """;
        made.Is(Expected("LOGGED_MODEL_PENDING", at));
        var ready = await _mira.Send("PATCH", $"{api}logged-models/{id}", new { model_id = id, status = "LOGGED_MODEL_READY" });
        var updated = ready.At("model.info.last_updated_timestamp_ms").GetInt64();
        Assert.True(updated >= at);
        ready.Is(Expected("LOGGED_MODEL_READY", updated));
        (await _mira.Get($"{api}logged-models/{id}")).Is(Expected("LOGGED_MODEL_READY", updated));
        (await _mira.Send("DELETE", $"{api}logged-models/{id}")).Is("{}");
        (await _mira.Get($"{api}logged-models/{id}")).Missing(id);
        (await _mira.Send("DELETE", $"{api}logged-models/{id}")).Missing(id);
        (await _mira.Send("PATCH", $"{api}logged-models/{id}", new { status = "LOGGED_MODEL_READY" })).Missing(id);
    }

    [Theory]
    [InlineData("\"LOGGED_MODEL_UPLOAD_FAILED\"", "LOGGED_MODEL_UPLOAD_FAILED")]
    [InlineData("2", "LOGGED_MODEL_READY")]
    [InlineData("\"3\"", "LOGGED_MODEL_UPLOAD_FAILED")]
    [InlineData("\"READY\"", null)]
    [InlineData("9", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    public async Task A_status_is_a_name_or_a_number(string sent, string? kept)
    {
        var id = await NewModel(await _mira.NewExperiment());
        var answer = await _mira.Send("PATCH", $"logged-models/{id}", $$"""{"status": {{sent}} }""");
        if (kept is null)
            answer.Invalid("status");
        Assert.Equal(kept ?? "LOGGED_MODEL_PENDING", (await _mira.Get($"logged-models/{id}")).Word("model.info.status"));
    }

    [Fact]
    public async Task Tags_and_parameters_are_added_and_removed()
    {
        var id = await NewModel(await _mira.NewExperiment());
        (await _mira.Send("PATCH", $"logged-models/{id}/tags", new { tags = new[] { new { key = "a", value = "1" }, new { key = "b/c", value = "2" } } })).Ok();
        (await _mira.Send("PATCH", $"logged-models/{id}/tags", new { tags = new[] { new { key = "a", value = "3" } } })).Ok();
        (await _mira.Post($"logged-models/{id}/params", new { @params = new[] { new { key = "p", value = "1" } } })).Ok();
        var model = (await _mira.Get($"logged-models/{id}")).At("model");
        Assert.Equal(new SortedDictionary<string, string> { ["a"] = "3", ["b/c"] = "2" }, model.Pairs("info.tags"));
        Assert.Equal(new SortedDictionary<string, string> { ["p"] = "1" }, model.Pairs("data.params"));
        (await _mira.Send("DELETE", $"logged-models/{id}/tags/a")).Ok();
        (await _mira.Send("DELETE", $"logged-models/{id}/tags/a")).Missing("a");
        (await _mira.Send("DELETE", $"logged-models/{id}/tags/b%2Fc")).Ok();
        (await _mira.Send("PATCH", $"logged-models/{id}/tags", new { tags = new[] { new { key = "d/e", value = "2" } } })).Ok();
        (await _mira.Send("DELETE", $"logged-models/{id}/tags/d/e")).Ok();
        Assert.False((await _mira.Get($"logged-models/{id}")).Has("model.info.tags"));
        (await _mira.Send("PATCH", $"logged-models/{id}/tags", new { tags = new[] { new { key = "ok", value = "1" }, new { key = "../a", value = "1" } } })).Invalid("tags[1].key");
        (await _mira.Post($"logged-models/{id}/params", new { @params = new[] { new { key = "q", value = "1" }, new { key = "q", value = "2" } } })).Invalid("Duplicate");
        (await _mira.Post($"logged-models/{id}/params", new { @params = new[] { new { key = "n", value = "a\0" } } })).Invalid("U+0000");
        Assert.Equal(["p"], (await _mira.Get($"logged-models/{id}")).Json.Pairs("model.data.params").Keys);
    }

    [Fact]
    public async Task Metrics_that_name_a_model_stand_beside_it_with_their_latest_value()
    {
        var experiment = await _mira.NewExperiment();
        var run = await _mira.NewRun(experiment);
        var id = await NewModel(experiment, run: run);
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "acc", value = 0.25, timestamp = 1, step = 1, model_id = id, dataset_name = "d", dataset_digest = "1" })).Is("{}");
        object batch = new { run_id = run, metrics = new object[] { new { key = "acc", value = 0.5, timestamp = 2, step = 2, model_id = id, dataset_name = "d", dataset_digest = "1" }, new { key = "acc", value = 0.75, timestamp = 3, step = 3 } } };
        (await _mira.Post("runs/log-batch", batch)).Is("{}");
        (await _mira.Post("runs/log-batch", batch)).Is("{}");
        using var expected = JsonDocument.Parse($$"""
            {"metrics": [{"key": "acc", "value": 0.5, "timestamp": 2, "step": 2, "model_id": "{{id}}", "run_id": "{{run}}", "dataset_name": "d", "dataset_digest": "1"}]}
            """);
        var data = (await _mira.Get($"logged-models/{id}")).At("model.data");
        Assert.True(JsonElement.DeepEquals(expected.RootElement, data), data.GetRawText());
        Assert.Equal(3, (await _mira.History(run, "acc")).Count);
        // A model that is not there is passed over: the point counts.
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "acc", value = 1, timestamp = 4, step = 4, model_id = "m-none" })).Is("{}");
        Assert.Equal(4, (await _mira.History(run, "acc")).Count);
    }

    [Theory]
    [InlineData("a\0b", "d", "1")]
    [InlineData("m-1", "a\0b", "1")]
    [InlineData("m-1", "d", "a\0b")]
    public async Task A_nul_in_what_a_metric_was_measured_on_is_refused_before_the_point_is_kept(string model_id, string dataset_name, string dataset_digest)
    {
        var run = await _mira.NewRun();
        (await _mira.Post("runs/log-metric", new { run_id = run, key = "m", value = 1, timestamp = 1, model_id, dataset_name, dataset_digest })).Invalid("U+0000");
        (await _mira.Post("runs/log-batch", new { run_id = run, metrics = new[] { new { key = "m", value = 1, timestamp = 1, model_id, dataset_name, dataset_digest } } })).Invalid("U+0000");
        Assert.Empty(await _mira.History(run, "m"));
    }

    [Fact]
    public async Task Artifacts_of_a_model_go_through_the_proxy()
    {
        var experiment = await _mira.NewExperiment();
        var id = await NewModel(experiment);
        var root = $"{Tracker.Proxy}/{experiment}/models/{id}/artifacts";
        (await _mira.Send("PUT", $"{root}/MLmodel", new ByteArrayContent([1, 2, 3]))).Is("{}");
        Assert.Equal([1, 2, 3], (await _mira.Get($"{root}/MLmodel")).Bytes);
        Assert.Equal(["MLmodel"], (await _mira.Get($"{Tracker.Proxy}?path={experiment}/models/{id}/artifacts")).Each("files", "path"));
        (await _mira.Send("PUT", $"{Tracker.Proxy}/0/models/{id}/artifacts/MLmodel", new ByteArrayContent([1]))).Missing();
    }

    [Fact]
    public async Task Models_are_found_by_filter_in_order_and_page_by_page()
    {
        var (experiment, other) = (await _mira.NewExperiment(), await _mira.NewExperiment());
        var run = await _mira.NewRun(experiment);
        var a = await NewModel(experiment, "a", run, "Agent");
        var b = await NewModel(experiment, "b", null, "agent");
        var c = await NewModel(experiment, "c");
        await NewModel(other, "d");
        var gone = await NewModel(experiment, "gone");
        (await _mira.Send("DELETE", $"logged-models/{gone}")).Is("{}");
        (await _mira.Send("PATCH", $"logged-models/{a}", new { status = "LOGGED_MODEL_READY" })).Ok();
        (await _mira.Send("PATCH", $"logged-models/{a}/tags", new { tags = new[] { new { key = "team", value = "red" } } })).Ok();
        (await _mira.Post($"logged-models/{b}/params", new { @params = new[] { new { key = "depth", value = "3" } } })).Ok();
        foreach (var (model, dataset, value) in ((string, string, double)[])[(a, "train", 0.9), (a, "test", 0.1), (b, "train", 0.5), (b, "test", 0.6)])
            (await _mira.Post("runs/log-metric", new { run_id = run, key = "acc", value, timestamp = 1, step = 1, model_id = model, dataset_name = dataset, dataset_digest = "1" })).Is("{}");

        async Task<string> Names(object search) => string.Join(' ', (await _mira.Post("logged-models/search", search)).Each("models", "info.name"));
        var all = new[] { experiment };
        Assert.Equal("a b c", await Names(new { experiment_ids = all, order_by = new[] { new { field_name = "name" } } }));
        Assert.Equal("c b a", await Names(new { experiment_ids = all, order_by = new[] { new { field_name = "name", ascending = false } } }));
        Assert.Equal("a b c d", await Names(new { experiment_ids = new[] { experiment, other }, order_by = new[] { new { field_name = "name" } } }));
        foreach (var (filter, expected) in ((string, string)[])
        [
            ("name = 'a'", "a"), ("name != 'a'", "b c"), ("attributes.name LIKE '%'", "a b c"), ("name IN ('a', 'c')", "a c"), ("model_type = 'Agent'", "a"), ("model_type ILIKE 'agent'", "a b"),
            ("status = 'READY'", "a"), ("status != 'READY'", "b c"), ($"source_run_id = '{run}'", "a"), ($"model_id = '{b}'", "b"), ("tags.team = 'red'", "a"), ("params.depth = '3'", "b"),
            ("metrics.acc > 0.55", "a b"), ("metrics.acc > 0.85", "a"), ("creation_timestamp > 0", "a b c"), ("last_updated_timestamp < 5", ""), ("name = 'gone'", ""),
        ])
            Assert.Equal((filter, expected), (filter, await Names(new { experiment_ids = all, filter, order_by = new[] { new { field_name = "name" } } })));
        Assert.Equal("a b c", await Names(new { experiment_ids = all, order_by = new[] { new { field_name = "metrics.acc", ascending = false, dataset_name = "train", dataset_digest = "1" } } }));
        Assert.Equal("b a c", await Names(new { experiment_ids = all, order_by = new[] { new { field_name = "metrics.acc", ascending = false, dataset_name = "test" } } }));

        var first = await _mira.Post("logged-models/search", new { experiment_ids = all, max_results = 2, order_by = new[] { new { field_name = "name" } } });
        Assert.Equal(["a", "b"], first.Each("models", "info.name"));
        var second = await _mira.Post("logged-models/search", new { experiment_ids = all, max_results = 2, order_by = new[] { new { field_name = "name" } }, page_token = first.Word("next_page_token") });
        Assert.Equal(["c"], second.Each("models", "info.name"));
        Assert.False(second.Has("next_page_token"));
        Assert.False((await _mira.Post("logged-models/search", new { experiment_ids = all, max_results = 3 })).Has("next_page_token"));
        (await _mira.Post("logged-models/search", new { experiment_ids = Array.Empty<string>() })).Is("{}");
        (await _mira.Post("logged-models/search", new { experiment_ids = new[] { "987654" } })).Is("{}");
        Assert.Equal(c, (await _mira.Post("/ajax-api/2.0/mlflow/logged-models/search", new { experiment_ids = all, filter = "name = 'c'" })).Word("models[0].info.model_id"));
    }

    [Theory]
    [InlineData("""{"filter": "bogus = 1"}""", "bogus")]
    [InlineData("""{"filter": "name = 'a' OR name = 'b'"}""", "OR")]
    [InlineData("""{"page_token": "bad"}""", "page token")]
    [InlineData("""{"order_by": [{"ascending": true}]}""", "order_by")]
    [InlineData("""{"order_by": [{"field_name": "bogus"}]}""", "bogus")]
    [InlineData("""{"order_by": [{"field_name": "name", "ascending": "maybe"}]}""", "ascending")]
    [InlineData("""{"order_by": ["name"]}""", "order_by[0]")]
    public async Task What_is_wrong_with_a_search_is_said(string search, string says) =>
        (await _mira.Post("logged-models/search", search.Insert(1, "\"experiment_ids\": [\"0\"], "))).Invalid(says);

    [Fact]
    public async Task A_model_needs_an_experiment_and_a_run_that_are_there()
    {
        var experiment = await _mira.NewExperiment();
        (await _mira.Post("logged-models", new { name = "m" })).Invalid("experiment_id");
        (await _mira.Post("logged-models", new { experiment_id = "987654", name = "m" })).Missing("987654");
        (await _mira.Post("logged-models", new { experiment_id = experiment, source_run_id = new string('0', 32) })).Missing("Run with id");
        (await _mira.Post("logged-models", new { experiment_id = experiment, source_run_id = "xyz" })).Missing("xyz");
        (await _mira.Post("logged-models", new { experiment_id = experiment, name = new string('n', 501) })).Invalid("500");
        (await _mira.Post("logged-models", new { experiment_id = experiment, name = "a\0b" })).Invalid("U+0000");
        (await _mira.Post("logged-models", new { experiment_id = experiment, model_type = "a\0b" })).Invalid("U+0000");
        Assert.NotEmpty((await _mira.Post("logged-models", new { experiment_id = experiment })).Word("model.info.name"));
        Assert.Single((await _mira.Post("logged-models/search", new { experiment_ids = new[] { experiment } })).Each("models", "info.name"));
        (await _mira.Get("logged-models/m-00000000000000000000000000000000")).Missing("Logged model with ID 'm-00000000000000000000000000000000' not found.");
        (await _mira.Post("experiments/delete", new { experiment_id = experiment })).Is("{}");
        (await _mira.Post("logged-models", new { experiment_id = experiment, name = "m" })).Invalid("active");
    }
}
