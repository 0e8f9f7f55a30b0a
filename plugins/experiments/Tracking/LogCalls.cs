using System.Text.Json;
using System.Text.Json.Nodes;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>runs/log-* and the tags of runs.</summary>
internal static class LogCalls
{
    private const string ModelHistory = "mlflow.log-model.history";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("runs/log-metric", LogMetric);
        api.Post("runs/log-parameter", LogParameter);
        api.Post("runs/set-tag", SetTag);
        api.Post("runs/delete-tag", DeleteTag);
        api.Post("runs/log-batch", LogBatch);
        api.Post("runs/log-inputs", LogInputs, Body.InputsLimit);
        api.Post("runs/outputs", LogOutputs);
        api.Post("runs/log-model", LogModel);
    }

    private static async Task<ProtocolError?> LogMetric(Call call)
    {
        if (Point(call.Ask, out var point) is { } wrong)
            return wrong;
        if (call.RunId(out var runId) is { } refusal)
            return refusal;
        if (await call.Get<MetricWriter>().Write(runId, call.Actor, new[] { point }) is { } refused)
            return refused;
        return await ModelMetrics(call, runId, [(call.Ask, point)]);
    }

    private static async Task<ProtocolError?> LogBatch(Call call)
    {
        var items = call.Ask.Items("metrics");
        List<KeyValue> parameters = [], tags = [];
        if ((call.RunId(out var runId) ?? Pairs.Params(call.Ask, out parameters) ?? Pairs.Tags(call.Ask, out tags)) is { } refusal)
            return refusal;
        if (items.Count > 1000 || parameters.Count > 100 || tags.Count > 100 || items.Count + parameters.Count + tags.Count > 1000)
            return ProtocolError.Invalid("A batch logging request can contain at most 1000 metrics, 100 params, 100 tags and 1000 of them in all.");
        var points = new MetricPoint[items.Count];
        for (var i = 0; i < points.Length; i++)
            if (Point(items[i], out points[i]) is { } wrong)
                return wrong;
        var refused = parameters.Count + tags.Count == 0
            ? await call.Get<MetricWriter>().Write(runId, call.Actor, points)
            : await call.Get<RunLogStore>().Log(runId, points, parameters, tags, call.Actor, call.Cancel);
        return refused ?? await ModelMetrics(call, runId, [.. items.Zip(points)]);
    }

    private static ProtocolError? Point(ProtoBody ask, out MetricPoint point)
    {
        var key = ask.RequiredText("key");
        var value = ask.RequiredDouble("value");
        point = new(key, ask.Int64("step") ?? 0, ask.RequiredInt64("timestamp"),
            double.IsPositiveInfinity(value) ? double.MaxValue : double.IsNegativeInfinity(value) ? double.MinValue : value);
        return ask.Error ?? Limits.CheckKey(key);
    }

    // A metric may name the model it is of: it then stands beside the model as well.
    private static async Task<ProtocolError?> ModelMetrics(Call call, Guid runId, IReadOnlyList<(ProtoBody Ask, MetricPoint Point)> logged)
    {
        var metrics = new List<ModelMetric>();
        foreach (var (ask, point) in logged)
            if (ask.Text("model_id") is { Length: > 0 and <= 64 } modelId)
                metrics.Add(new(modelId, runId, point.Key, point.Step, point.At, point.Value,
                    Wording.Cut(ask.Text("dataset_name") ?? "", 500), Wording.Cut(ask.Text("dataset_digest") ?? "", 36)));
        if (metrics.Count > 0 && call.Ask.Error is null)
            await call.Get<ModelStore>().AddMetrics(metrics, call.Cancel);
        return null;
    }

    private static async Task<ProtocolError?> LogParameter(Call call)
    {
        var key = call.Ask.RequiredText("key");
        var value = call.Ask.Text("value") ?? "";
        if ((call.RunId(out var runId) ?? Limits.CheckKey(key) ?? Limits.CheckParamValue(value, out value)) is { } refusal)
            return refusal;
        return await call.Get<RunLogStore>().Log(runId, default, [new(key, value)], [], call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> SetTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        var value = call.Ask.Text("value") ?? "";
        if ((call.RunId(out var runId) ?? Limits.CheckKey(key) ?? Limits.CheckTagValue(value, out value)) is { } refusal)
            return refusal;
        return await call.Get<RunLogStore>().Log(runId, default, [], [new(key, value)], call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> DeleteTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        return (call.RunId(out var runId) ?? Limits.CheckKey(key))
            ?? await call.Get<RunLogStore>().RemoveTag(runId, key, call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> LogInputs(Call call)
    {
        var datasets = new List<DatasetInput>();
        foreach (var item in call.Ask.Items("datasets"))
        {
            var tags = new List<KeyValue>();
            foreach (var tag in item.Items("tags"))
                tags.Add(new(tag.RequiredText("key"), tag.Text("value") ?? ""));
            if (item.Item("dataset") is not { } dataset)
                return call.Ask.Error ?? ProtocolError.Missing("datasets.dataset");
            var logged = new Dataset(dataset.RequiredText("name"), dataset.RequiredText("digest"), dataset.RequiredText("source_type"),
                dataset.RequiredText("source"), dataset.Text("schema"), dataset.Text("profile"));
            if ((call.Ask.Error ?? Check(logged) ?? tags.Select(t => Limits.CheckText(t.Key, "tags.key", 255, true)
                ?? Limits.CheckText(t.Value, "tags.value", 500, false)).FirstOrDefault(e => e is not null)) is { } refused)
                return refused;
            datasets.Add(new(logged, tags.DistinctBy(t => t.Key).ToList()));
        }
        var models = call.Ask.Items("models").Select(m => m.RequiredText("model_id")).Distinct().ToArray();
        if ((call.RunId(out var runId) ?? ModelCalls.CheckIds(models)) is { } refusal)
            return refusal;
        if (datasets.Count + models.Length > 1000)
            return ProtocolError.Invalid("At most 1000 inputs can be logged at a time.");
        return await call.Get<LinkStore>().LogInputs(runId, datasets, models, call.Actor, call.Cancel);
    }

    private static ProtocolError? Check(Dataset dataset) =>
        Limits.CheckText(dataset.Name, "dataset.name", 500, true)
        ?? Limits.CheckText(dataset.Digest, "dataset.digest", 36, true)
        ?? Limits.CheckText(dataset.SourceType, "dataset.source_type", 500, true)
        ?? Limits.CheckText(dataset.Source, "dataset.source", 65_535, true)
        ?? Limits.CheckText(dataset.Schema, "dataset.schema", 1_048_575, false)
        ?? Limits.CheckText(dataset.Profile, "dataset.profile", 16_777_215, false);

    private static async Task<ProtocolError?> LogOutputs(Call call)
    {
        var models = call.Ask.Items("models").Select(m => (ModelId: m.RequiredText("model_id"), Step: m.Int64("step") ?? 0)).DistinctBy(m => m.ModelId).ToList();
        if ((call.RunId(out var runId) ?? ModelCalls.CheckIds(models.Select(m => m.ModelId))) is { } refusal)
            return refusal;
        return await call.Get<LinkStore>().LogOutputs(runId, models, call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> LogModel(Call call)
    {
        var text = call.Ask.RequiredText("model_json");
        if (call.RunId(out var runId) is { } refusal)
            return refusal;
        if (Model(text) is not { } model)
            return ProtocolError.Invalid("Malformed model info. 'model_json' must be a JSON object with artifact_path, flavors, utc_time_created and run_id.");
        if (await call.Get<RunStore>().Find(runId, call.Actor, call.Cancel) is null)
            return ProtocolError.NoRun(runId.ToString("N"));
        var history = JsonNode.Parse(await call.Get<RunLogStore>().Tag(runId, ModelHistory, call.Cancel) ?? "[]") as JsonArray ?? [];
        if (!history.Any(known => JsonNode.DeepEquals(known, model)))
            history.Add(model);
        var value = history.ToJsonString();
        return value.Length > Limits.TagValue
            ? ProtocolError.Invalid($"The history of logged models of this run would be longer than {Limits.TagValue} characters.")
            : await call.Get<RunLogStore>().Log(runId, default, [], [new(ModelHistory, value)], call.Actor, call.Cancel);
    }

    private static JsonObject? Model(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject model && model.ContainsKey("artifact_path") && model.ContainsKey("flavors")
                && model.ContainsKey("utc_time_created") && model.ContainsKey("run_id") ? model : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
