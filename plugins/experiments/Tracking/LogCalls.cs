using System.Text.Json;
using System.Text.Json.Nodes;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.People;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Tracking;

/// <summary>runs/log-* and the tags of runs.</summary>
internal static class LogCalls
{
    private const string ModelHistory = "mlflow.log-model.history";
    private static readonly string[] ModelFields = ["artifact_path", "flavors", "utc_time_created", "run_id"];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("runs/log-metric", LogMetric);
        api.Post("runs/log-parameter", LogParameter);
        api.Post("runs/set-tag", SetTag);
        api.Post("runs/delete-tag", DeleteTag);
        api.PostBytes("runs/log-batch", LogBatch);
        api.Post("runs/log-inputs", LogInputs, Body.InputsLimit);
        api.Post("runs/outputs", LogOutputs);
        api.Post("runs/log-model", LogModel);
    }

    private static async Task<ProtocolError?> LogMetric(Call call)
    {
        var key = call.Ask.RequiredText("key");
        var value = call.Ask.RequiredDouble("value");
        var timestamp = call.Ask.RequiredInt64("timestamp");
        var step = call.Ask.Int64("step") ?? 0;
        var on = new MeasuredOn(0, call.Ask.Text("model_id"), call.Ask.Text("dataset_name"), call.Ask.Text("dataset_digest"));
        if ((call.RunId(out var runId) ?? BatchLimits.CheckMetric(key, value, timestamp, -1) ?? CheckMeasuredOn(on, "")) is { } refusal)
            return refusal;
        List<MetricPoint> points = [new(key, MetricPoint.Stored(value), timestamp, step)];
        return await call.Get<MetricWriter>().Write(runId, call.Actor, points)
            ?? await MeasuredOn(call.Http, runId, points, string.IsNullOrEmpty(on.ModelId) ? [] : [on]);
    }

    // The hot path: the body is read straight into points, without a document in between.
    private static async Task<ProtocolError?> LogBatch(HttpContext http, ReadOnlyMemory<byte> body)
    {
        if (!Domain.Protocol.LogBatch.TryRead(body, out var batch, out var error))
            return error;
        if (Limits.CheckRunId(batch.RunId) is { } malformed)
            return malformed;
        if (!RunId.TryRead(batch.RunId, out var runId))
            return ProtocolError.NoRun(batch.RunId);
        if (batch.Models.Select(on => CheckMeasuredOn(on, $"metrics[{on.Index}].")).FirstOrDefault(wrong => wrong is not null) is { } unstorable)
            return unstorable;
        var services = http.RequestServices;
        var refusal = batch.Params.Count + batch.Tags.Count == 0
            ? await services.GetRequiredService<MetricWriter>().Write(runId, Actor.Of(http), batch.Metrics)
            : await services.GetRequiredService<RunLogStore>().Log(runId, batch.Metrics, batch.Params, batch.Tags, Actor.Of(http), http.RequestAborted);
        return refusal ?? await MeasuredOn(http, runId, batch.Metrics, batch.Models);
    }

    // A metric may name the model it is of: it then stands beside the model as well.
    private static async Task<ProtocolError?> MeasuredOn(HttpContext http, Guid runId, List<MetricPoint> points, List<MeasuredOn> models)
    {
        if (models.Count > 0)
            await http.RequestServices.GetRequiredService<ModelStore>().AddMetrics(runId, points, models, http.RequestAborted);
        return null;
    }

    // Too long is cut where it is written; what cannot be written at all must be known before the points are.
    private static ProtocolError? CheckMeasuredOn(MeasuredOn on, string path) =>
        Limits.CheckText(on.ModelId, $"{path}model_id", int.MaxValue, required: false)
        ?? Limits.CheckText(on.DatasetName, $"{path}dataset_name", int.MaxValue, required: false)
        ?? Limits.CheckText(on.DatasetDigest, $"{path}dataset_digest", int.MaxValue, required: false);

    private static async Task<ProtocolError?> LogParameter(Call call)
    {
        var key = call.Ask.RequiredText("key");
        var value = call.Ask.Text("value") ?? "";
        if ((call.RunId(out var runId) ?? Limits.CheckKey(key) ?? Limits.CheckParamValue(value, out value)) is { } refusal)
            return refusal;
        return await call.Get<RunLogStore>().Log(runId, [], [new(key, value)], [], call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> SetTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        var value = call.Ask.Text("value") ?? "";
        if ((call.RunId(out var runId) ?? Limits.CheckKey(key) ?? Limits.CheckTagValue(value, out value)) is { } refusal)
            return refusal;
        return await call.Get<RunLogStore>().Log(runId, [], [], [new(key, value)], call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> DeleteTag(Call call)
    {
        var key = call.Ask.RequiredText("key");
        return (call.RunId(out var runId) ?? Limits.CheckKey(key))
            ?? await call.Get<RunLogStore>().RemoveTag(runId, key, call.Actor, call.Cancel);
    }

    private static async Task<ProtocolError?> LogInputs(Call call)
    {
        var items = call.Ask.Items("datasets");
        var datasets = new List<DatasetInput>();
        for (var i = 0; i < items.Count; i++)
            if (Input(items[i], $"datasets[{i}]", out var input) is { } refused)
                return call.Ask.Error ?? refused;
            else
                datasets.Add(input);
        var models = call.Ask.Items("models").Select(m => m.RequiredText("model_id")).Distinct().ToArray();
        if ((call.RunId(out var runId) ?? ModelCalls.CheckIds(models) ?? DatasetLimits.CheckCount(datasets.Count + models.Length)) is { } refusal)
            return refusal;
        return await call.Get<LinkStore>().LogInputs(runId, datasets, models, call.Actor, call.Cancel);
    }

    private static ProtocolError? Input(ProtoBody item, string path, out DatasetInput input)
    {
        var dataset = item.Item("dataset");
        input = new(new(dataset?.Text("name") ?? "", dataset?.Text("digest") ?? "", dataset?.Text("source_type") ?? "",
            dataset?.Text("source") ?? "", dataset?.Text("schema"), dataset?.Text("profile")),
            [.. item.Items("tags").Select(t => new Entry(t.Text("key") ?? "", t.Text("value") ?? "")).DistinctBy(t => t.Key)]);
        var (name, digest, sourceType, source, schema, profile) = input.Dataset;
        return DatasetLimits.Check(name, digest, sourceType, source, schema, profile, $"{path}.dataset")
            ?? input.Tags.Select(t => DatasetLimits.CheckTag(t.Key, t.Value, $"{path}.tags")).FirstOrDefault(e => e is not null)
            ?? item.Error;
    }

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
        if (Read(text) is not JsonObject model || !ModelFields.All(model.ContainsKey))
            return ProtocolError.Invalid("Malformed model info. 'model_json' must be a JSON object with artifact_path, flavors, utc_time_created and run_id.");
        return await call.Get<RunLogStore>().ChangeTag(runId, ModelHistory, before => WithModel(before, model), call.Actor, call.Cancel);
    }

    private static (string, ProtocolError?) WithModel(string? before, JsonObject model)
    {
        // Anybody can set this tag to anything: what is no list begins anew.
        var history = Read(before ?? "[]") as JsonArray ?? [];
        if (!history.Any(known => JsonNode.DeepEquals(known, model)))
            history.Add(model);
        var value = history.ToJsonString();
        return (value, value.Length <= Limits.TagValue ? null
            : ProtocolError.Invalid($"The history of logged models of this run would be longer than {Limits.TagValue} characters."));
    }

    // Nodes read their texts and names only when they are asked for, and throw then; so all of it is asked for here.
    private static JsonNode? Read(string json)
    {
        try
        {
            var node = JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false });
            _ = node?.ToJsonString();
            return node;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
