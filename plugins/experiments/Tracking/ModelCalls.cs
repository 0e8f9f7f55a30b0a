using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Domain.Search;
using Microsoft.AspNetCore.Routing;

namespace Crucible.Experiments.Tracking;

/// <summary>logged-models/*, as 3.x clients use them.</summary>
internal static partial class ModelCalls
{
    private const int LongestPage = 100;
    private static readonly string[] Statuses = ["LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"];

    public static void Map(IEndpointRouteBuilder api)
    {
        api.Post("logged-models", Create);
        api.Post("logged-models/search", Search);
        api.Get("logged-models/{id}", call => Reply(call, call.Route("id")));
        api.Send("PATCH", "logged-models/{id}", Finalise);
        api.Send("DELETE", "logged-models/{id}", call => call.Get<ModelStore>().Delete(call.Route("id"), call.Actor, call.Cancel));
        api.Send("PATCH", "logged-models/{id}/tags", SetTags);
        api.Send("DELETE", "logged-models/{id}/tags/{key}", call => call.Get<ModelStore>().RemoveTag(call.Route("id"), call.Route("key"), call.Actor, call.Cancel));
        api.Post("logged-models/{id}/params", AddParams);
    }

    /// <summary>Whether these can be ids of models.</summary>
    public static ProtocolError? CheckIds(IEnumerable<string> modelIds) =>
        modelIds.FirstOrDefault(id => !ModelId().IsMatch(id)) is { } wrong ? ModelStore.NoModel(wrong) : null;

    private static async Task<ProtocolError?> Create(Call call)
    {
        var name = call.Ask.Text("name") is { Length: > 0 } given ? given : RunNames.Next(Random.Shared);
        var type = call.Ask.Text("model_type");
        var source = call.Ask.Text("source_run_id");
        List<Entry> parameters = [], tags = [];
        if ((call.ExperimentId(out var experimentId) ?? Pairs.Params(call.Ask, out parameters) ?? Pairs.Tags(call.Ask, out tags)
            ?? Limits.CheckText(name, "name", 500, true) ?? Limits.CheckText(type, "model_type", 500, false)) is { } refusal)
            return refusal;
        Guid? runId = null;
        if (!string.IsNullOrEmpty(source))
        {
            if (!RunId.TryRead(source, out var read))
                return ProtocolError.NoRun(source);
            runId = read;
        }
        var model = new NewModel($"m-{Guid.CreateVersion7():N}", experimentId, runId, name, type, parameters, tags);
        return await call.Get<ModelStore>().Create(model, call.Actor, call.Cancel) ?? await Reply(call, model.ModelId);
    }

    private static async Task<ProtocolError?> Finalise(Call call)
    {
        var word = call.Ask.Word("status") ?? "";
        if (call.Ask.Error is { } wrong)
            return wrong;
        var status = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 3
            ? Statuses[number - 1]
            : Array.Find(Statuses, s => s == word);
        if (status is null)
            return ProtocolError.Wrong("status", $"\"{word}\"", $"one of {string.Join(", ", Statuses)} is wanted.");
        return await call.Get<ModelStore>().Finalise(call.Route("id"), status, call.Actor, call.Cancel) ?? await Reply(call, call.Route("id"));
    }

    private static async Task<ProtocolError?> SetTags(Call call) =>
        Pairs.Tags(call.Ask, out var tags)
        ?? await call.Get<ModelStore>().SetTags(call.Route("id"), tags, call.Actor, call.Cancel)
        ?? await Reply(call, call.Route("id"));

    private static async Task<ProtocolError?> AddParams(Call call) =>
        Pairs.Params(call.Ask, out var parameters)
        ?? await call.Get<ModelStore>().AddParams(call.Route("id"), parameters, call.Actor, call.Cancel)
        ?? await Reply(call, call.Route("id"));

    private static async Task<ProtocolError?> Search(Call call)
    {
        var ids = call.Ask.Ids("experiment_ids");
        var most = (int)Math.Clamp(call.Ask.Int64("max_results") ?? LongestPage, 1, LongestPage);
        if (call.Ask.Error is { } refusal)
            return refusal;
        if (!PageToken.TryRead(call.Ask.Text("page_token"), out var offset, out var badToken))
            return badToken;
        if (!ModelFilter.TryParse(call.Ask.Text("filter"), out var filter, out var badFilter))
            return badFilter.ToProtocol();
        if (Order(call.Ask.Items("order_by"), out var order) is { } badOrder)
            return badOrder;
        var found = await call.Get<SearchStore>().Models(filter, order, ExperimentCalls.Ids(ids), most + 1, offset, call.Actor, call.Cancel);
        var page = await call.Get<ModelStore>().Read(found.Length > most ? found[..most] : found, call.Cancel);
        var write = await Writer(call, page);
        return await call.ReplyList("models".AsMemory(), page, write, found.Length > most ? offset + most : null);
    }

    private static ProtocolError? Order(IReadOnlyList<ProtoBody> entries, out List<ModelSortKey> order)
    {
        order = [];
        foreach (var entry in entries)
        {
            var read = ModelOrder.TryRead(entry.Text("field_name"), entry.Flag("ascending"), entry.Text("dataset_name"),
                entry.Text("dataset_digest"), out var key, out var bad);
            if (entry.Error is { } wrong)
                return wrong;
            if (!read)
                return bad!.ToProtocol();
            order.Add(key!);
        }
        return order.Count <= SearchLimits.MaxOrders ? null : ProtocolError.Invalid($"At most {SearchLimits.MaxOrders} entries of order_by are taken.");
    }

    private static async Task<ProtocolError?> Reply(Call call, string modelId)
    {
        var model = await call.Get<ModelStore>().Find(modelId, call.Actor, call.Cancel);
        if (model is null)
            return ModelStore.NoModel(modelId);
        var write = await Writer(call, [model]);
        return await call.Reply(json =>
        {
            json.WritePropertyName("model"u8);
            write(json, model);
        });
    }

    private static async Task<Action<Utf8JsonWriter, LoggedModel>> Writer(Call call, IReadOnlyList<LoggedModel> models)
    {
        var (parameters, tags, metrics) = await call.Get<ModelStore>().Details([.. models.Select(m => m.ModelId)], call.Cancel);
        return (json, model) =>
        {
            json.WriteStartObject();
            json.WriteStartObject("info"u8);
            json.WriteString("model_id"u8, model.ModelId);
            json.WriteString("experiment_id"u8, $"{model.ExperimentId}");
            json.WriteString("name"u8, model.Name);
            json.WriteNumber("creation_timestamp_ms"u8, model.CreatedMs);
            json.WriteNumber("last_updated_timestamp_ms"u8, model.UpdatedMs);
            json.WriteString("artifact_uri"u8, model.ArtifactUri);
            json.WriteString("status"u8, model.Status);
            if (model.ModelType is not null)
                json.WriteString("model_type"u8, model.ModelType);
            if (model.RunId is { } runId)
                json.WriteString("source_run_id"u8, runId.ToString("N"));
            if (model.StatusMessage is not null)
                json.WriteString("status_message"u8, model.StatusMessage);
            json.Pairs("tags"u8, tags[model.ModelId]);
            json.WriteEndObject();
            json.WriteStartObject("data"u8);
            json.Pairs("params"u8, parameters[model.ModelId]);
            if (metrics.Contains(model.ModelId))
                Metrics(json, metrics[model.ModelId]);
            json.WriteEndObject();
            json.WriteEndObject();
        };
    }

    private static void Metrics(Utf8JsonWriter json, IEnumerable<ModelMetric> metrics)
    {
        json.WriteStartArray("metrics"u8);
        foreach (var metric in metrics)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, metric.Key);
            json.WriteProtoNumber("value"u8, metric.Value);
            json.WriteNumber("timestamp"u8, metric.At);
            json.WriteNumber("step"u8, metric.Step);
            json.WriteString("model_id"u8, metric.ModelId);
            json.WriteString("run_id"u8, metric.RunId.ToString("N"));
            if (metric.DatasetName.Length > 0)
                json.WriteString("dataset_name"u8, metric.DatasetName);
            if (metric.DatasetDigest.Length > 0)
                json.WriteString("dataset_digest"u8, metric.DatasetDigest);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][\w\-]{0,63}\z")]
    private static partial Regex ModelId();
}
