using System.Globalization;
using System.Text.Json;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Tracking;

/// <summary>How the protocol writes what it answers. Empty lists are left out.</summary>
internal static class Json
{
    public static void Experiment(Utf8JsonWriter json, Experiment experiment, IEnumerable<Entry> tags)
    {
        json.WriteStartObject();
        json.WriteString("experiment_id"u8, experiment.ExperimentId.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name"u8, experiment.Name);
        json.WriteString("artifact_location"u8, experiment.ArtifactLocation);
        json.WriteString("lifecycle_stage"u8, experiment.Lifecycle);
        json.WriteNumber("last_update_time"u8, experiment.UpdatedMs);
        json.WriteNumber("creation_time"u8, experiment.CreatedMs);
        json.Pairs("tags"u8, tags);
        json.WriteEndObject();
    }

    public static void RunInfo(Utf8JsonWriter json, RunRow run)
    {
        Span<byte> id = stackalloc byte[32];
        run.RunId.TryFormat(id, out _, "N");
        json.WriteStartObject();
        json.WriteString("run_id"u8, id);
        json.WriteString("run_uuid"u8, id);
        json.WriteString("run_name"u8, run.Name);
        json.WriteString("experiment_id"u8, run.ExperimentId.ToString(CultureInfo.InvariantCulture));
        json.WriteString("user_id"u8, run.UserId);
        json.WriteString("status"u8, run.Run.Status.ProtocolWord());
        json.WriteNumber("start_time"u8, run.StartTime);
        if (run.EndTime is { } end)
            json.WriteNumber("end_time"u8, end);
        json.WriteString("artifact_uri"u8, run.ArtifactUri);
        json.WriteString("lifecycle_stage"u8, run.Lifecycle);
        json.WriteEndObject();
    }

    public static void Run(Utf8JsonWriter json, RunDetail detail)
    {
        json.WriteStartObject();
        json.WritePropertyName("info"u8);
        RunInfo(json, detail.Row);
        json.WriteStartObject("data"u8);
        if (detail.Metrics.Count > 0)
        {
            json.WriteStartArray("metrics"u8);
            foreach (var metric in detail.Metrics)
                Metric(json, metric.Key, metric.Value, metric.At, metric.Step);
            json.WriteEndArray();
        }
        json.Pairs("params"u8, detail.Params);
        json.Pairs("tags"u8, detail.Tags);
        json.WriteEndObject();
        Inputs(json, detail);
        if (detail.ModelOutputs.Count > 0)
        {
            json.WriteStartObject("outputs"u8);
            json.WriteStartArray("model_outputs"u8);
            foreach (var (modelId, step) in detail.ModelOutputs)
            {
                json.WriteStartObject();
                json.WriteString("model_id"u8, modelId);
                json.WriteNumber("step"u8, step);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void Inputs(Utf8JsonWriter json, RunDetail detail)
    {
        json.WriteStartObject("inputs"u8);
        if (detail.Datasets.Count > 0)
        {
            json.WriteStartArray("dataset_inputs"u8);
            foreach (var input in detail.Datasets)
                DatasetInput(json, input);
            json.WriteEndArray();
        }
        if (detail.ModelInputs.Count > 0)
        {
            json.WriteStartArray("model_inputs"u8);
            foreach (var modelId in detail.ModelInputs)
            {
                json.WriteStartObject();
                json.WriteString("model_id"u8, modelId);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void DatasetInput(Utf8JsonWriter json, DatasetInput input)
    {
        json.WriteStartObject();
        json.Pairs("tags"u8, input.Tags);
        json.WriteStartObject("dataset"u8);
        json.WriteString("name"u8, input.Dataset.Name);
        json.WriteString("digest"u8, input.Dataset.Digest);
        json.WriteString("source_type"u8, input.Dataset.SourceType);
        json.WriteString("source"u8, input.Dataset.Source);
        if (input.Dataset.Schema is not null)
            json.WriteString("schema"u8, input.Dataset.Schema);
        if (input.Dataset.Profile is not null)
            json.WriteString("profile"u8, input.Dataset.Profile);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void Metric(Utf8JsonWriter json, string key, double value, long at, long step, Guid? runId = null)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteProtoNumber("value"u8, value);
        json.WriteNumber("timestamp"u8, at);
        json.WriteNumber("step"u8, step);
        if (runId is { } run)
        {
            Span<byte> id = stackalloc byte[32];
            run.TryFormat(id, out _, "N");
            json.WriteString("run_id"u8, id);
        }
        json.WriteEndObject();
    }

    public static void Pairs(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<Entry> pairs)
    {
        if (!pairs.Any())
            return;
        json.WriteStartArray(name);
        foreach (var pair in pairs)
        {
            json.WriteStartObject();
            json.WriteString("key"u8, pair.Key);
            json.WriteString("value"u8, pair.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
