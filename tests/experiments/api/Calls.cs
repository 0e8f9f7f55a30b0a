namespace Crucible.Experiments.Api.Tests;

internal enum Effect
{
    /// <summary>Answers about one thing: to who may not see it, there is none.</summary>
    Reads,

    /// <summary>Looks for things: finds those that may be seen.</summary>
    Searches,

    Writes,

    /// <summary>Deletes or restores: for owners and admins.</summary>
    Moves,
}

/// <summary>One call of the protocol with all its parameters; <c>{experiment}</c>, <c>{name}</c>, <c>{run}</c>, <c>{model}</c> and <c>{new}</c> are to be filled in.</summary>
internal sealed record Call(Effect Effect, string Method, string Path, string? Body = null)
{
    public static readonly Call[] All =
    [
        new(Effect.Reads, "GET", "experiments/get?experiment_id={experiment}"),
        new(Effect.Reads, "GET", "experiments/get-by-name?experiment_name={name}"),
        new(Effect.Reads, "GET", "runs/get?run_id={run}"),
        new(Effect.Reads, "GET", "metrics/get-history?run_id={run}&metric_key=m&max_results=10&page_token="),
        new(Effect.Reads, "GET", "metrics/get-history-bulk?run_id={run}&metric_key=m&max_results=10"),
        new(Effect.Reads, "GET", "metrics/get-history-bulk-interval?run_ids={run}&metric_key=m&start_step=0&end_step=9&max_results=10"),
        new(Effect.Reads, "GET", "artifacts/list?run_id={run}&path=dir&page_token="),
        new(Effect.Reads, "GET", "/get-artifact?run_id={run}&path=dir%2Fa.txt"),
        new(Effect.Reads, "GET", $"{Tracker.Proxy}/{{experiment}}/{{run}}/artifacts/dir/a.txt"),
        new(Effect.Reads, "GET", $"{Tracker.Proxy}/{{experiment}}/models/{{model}}/artifacts/a.txt"),
        new(Effect.Reads, "GET", "logged-models/{model}"),

        new(Effect.Searches, "GET", "experiments/search?max_results=1000&filter=name%20LIKE%20'%25'&order_by=name&view_type=ALL&page_token="),
        new(Effect.Searches, "POST", "experiments/search", """{"max_results": 1000, "filter": "name LIKE '%'", "order_by": ["name"], "view_type": "ALL", "page_token": ""}"""),
        new(Effect.Searches, "POST", "runs/search", """{"experiment_ids": ["{experiment}"], "filter": "run_name LIKE '%'", "order_by": ["metrics.m"], "run_view_type": "ALL", "max_results": 10, "page_token": ""}"""),
        new(Effect.Searches, "POST", "experiments/search-datasets", """{"experiment_ids": ["{experiment}"]}"""),
        new(Effect.Searches, "POST", "logged-models/search", """{"experiment_ids": ["{experiment}"], "filter": "name LIKE '%'", "order_by": [{"field_name": "name", "ascending": true, "dataset_name": "", "dataset_digest": ""}], "max_results": 10, "page_token": ""}"""),
        new(Effect.Searches, "GET", $"{Tracker.Proxy}?path={{experiment}}%2F{{run}}%2Fartifacts%2Fdir"),

        new(Effect.Writes, "POST", "experiments/update", """{"experiment_id": "{experiment}", "new_name": "{new}"}"""),
        new(Effect.Writes, "POST", "experiments/set-experiment-tag", """{"experiment_id": "{experiment}", "key": "k", "value": "v"}"""),
        new(Effect.Writes, "POST", "experiments/delete-experiment-tag", """{"experiment_id": "{experiment}", "key": "k"}"""),
        new(Effect.Writes, "POST", "runs/create", """{"experiment_id": "{experiment}", "user_id": "u", "run_name": "n", "start_time": 5, "tags": [{"key": "k", "value": "v"}]}"""),
        new(Effect.Writes, "POST", "runs/update", """{"run_id": "{run}", "status": "RUNNING", "end_time": 6, "run_name": "n"}"""),
        new(Effect.Writes, "POST", "runs/log-metric", """{"run_id": "{run}", "key": "m", "value": 1, "timestamp": 1, "step": 1, "model_id": "{model}", "dataset_name": "d", "dataset_digest": "1"}"""),
        new(Effect.Writes, "POST", "runs/log-batch", """{"run_id": "{run}", "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 1, "model_id": "{model}", "dataset_name": "d", "dataset_digest": "1"}]}"""),
        new(Effect.Writes, "POST", "runs/log-batch", """{"run_id": "{run}", "metrics": [{"key": "m", "value": 1, "timestamp": 1, "step": 2}], "params": [{"key": "p", "value": "1"}], "tags": [{"key": "t", "value": "1"}]}"""),
        new(Effect.Writes, "POST", "runs/log-parameter", """{"run_id": "{run}", "key": "p", "value": "1"}"""),
        new(Effect.Writes, "POST", "runs/set-tag", """{"run_id": "{run}", "key": "k", "value": "v"}"""),
        new(Effect.Writes, "POST", "runs/delete-tag", """{"run_id": "{run}", "key": "k"}"""),
        new(Effect.Writes, "POST", "runs/log-inputs", """
            {"run_id": "{run}", "models": [{"model_id": "m-1"}], "datasets": [{"tags": [{"key": "k", "value": "v"}],
             "dataset": {"name": "d", "digest": "1", "source_type": "local", "source": "s", "schema": "{}", "profile": "{}"}}]}
            """),
        new(Effect.Writes, "POST", "runs/outputs", """{"run_id": "{run}", "models": [{"model_id": "m-1", "step": 1}]}"""),
        new(Effect.Writes, "POST", "runs/log-model", """{"run_id": "{run}", "model_json": "{\"artifact_path\": \"a\", \"flavors\": {}, \"utc_time_created\": \"t\", \"run_id\": \"x\"}"}"""),
        new(Effect.Writes, "POST", "logged-models", """{"experiment_id": "{experiment}", "name": "n", "model_type": "t", "source_run_id": "{run}", "params": [{"key": "k", "value": "v"}], "tags": [{"key": "k", "value": "v"}]}"""),
        new(Effect.Writes, "PATCH", "logged-models/{model}", """{"model_id": "{model}", "status": "LOGGED_MODEL_READY"}"""),
        new(Effect.Writes, "PATCH", "logged-models/{model}/tags", """{"tags": [{"key": "k", "value": "v"}]}"""),
        new(Effect.Writes, "DELETE", "logged-models/{model}/tags/k"),
        new(Effect.Writes, "POST", "logged-models/{model}/params", """{"params": [{"key": "k", "value": "v"}]}"""),
        new(Effect.Writes, "PUT", $"{Tracker.Proxy}/{{experiment}}/{{run}}/artifacts/dir/b.txt", "text"),
        new(Effect.Writes, "PUT", $"{Tracker.Proxy}/{{experiment}}/models/{{model}}/artifacts/b.txt", "text"),
        new(Effect.Writes, "DELETE", $"{Tracker.Proxy}/{{experiment}}/{{run}}/artifacts/dir/b.txt"),

        new(Effect.Moves, "POST", "runs/delete", """{"run_id": "{run}"}"""),
        new(Effect.Moves, "POST", "runs/restore", """{"run_id": "{run}"}"""),
        new(Effect.Moves, "POST", "experiments/delete", """{"experiment_id": "{experiment}"}"""),
        new(Effect.Moves, "POST", "experiments/restore", """{"experiment_id": "{experiment}"}"""),
        new(Effect.Moves, "DELETE", "logged-models/{model}"),
    ];

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>Something of everything, to call upon.</summary>
internal sealed record Things(string Experiment, string Name, string Run, string Model)
{
    public static async Task<Things> Make(Tracker tracker)
    {
        var name = Tracker.Unique("things");
        var experiment = await tracker.NewExperiment(name);
        var run = await tracker.NewRun(experiment);
        var model = (await tracker.Post("logged-models", new { experiment_id = experiment, name = "m", source_run_id = run })).Word("model.info.model_id");
        await tracker.Log(run, "m", [new(0, 0, 0)]);
        (await tracker.Post("runs/log-inputs", new { run_id = run, datasets = new[] { new { dataset = new { name = "secret", digest = "1", source_type = "local", source = "s" } } } })).Is("{}");
        foreach (var path in (string[])[$"{run}/artifacts/dir/a.txt", $"models/{model}/artifacts/a.txt"])
            (await tracker.Send("PUT", $"{Tracker.Proxy}/{experiment}/{path}", new ByteArrayContent([1]))).Is("{}");
        return new(experiment, name, run, model);
    }

    public string Fill(string text) => text
        .Replace("{experiment}", Experiment, StringComparison.Ordinal).Replace("{name}", Name, StringComparison.Ordinal)
        .Replace("{run}", Run, StringComparison.Ordinal).Replace("{model}", Model, StringComparison.Ordinal)
        .Replace("{new}", Tracker.Unique("new"), StringComparison.Ordinal);

    public Task<Answer> Ask(Tracker tracker, Call call) => tracker.Send(call.Method, Fill(call.Path), call.Body is null ? null : Fill(call.Body));

    /// <summary>All that can be read of them, as one text to compare.</summary>
    public async Task<string> Picture(Tracker tracker)
    {
        var parts = new List<string>();
        foreach (var call in Call.All.Where(c => c.Effect == Effect.Reads || (c.Effect == Effect.Searches && c.Path != "experiments/search" && !c.Path.StartsWith("experiments/search?", StringComparison.Ordinal))))
            parts.Add($"{call}: {string.Concat((await Ask(tracker, call)).Text.Order())}");
        return string.Join('\n', parts);
    }
}
