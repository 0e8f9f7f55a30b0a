using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Crucible.Benchmarks.Client;

/// <summary>What a training program sends.</summary>
internal static class Tracking
{
    private const long Began = 1_760_000_000_000;

    public const int MetricsOfBatch = 1_000;
    public const int KeysOfBatch = 10;

    public static string CreateExperiment(RawConnection connection, string bearer, string name) =>
        Text(connection, Request.Post("/api/2.0/mlflow/experiments/create", $$"""{"name":"{{name}}"}""", bearer), "experiment_id");

    public static string CreateRun(RawConnection connection, string bearer, string experimentId)
    {
        connection.Must(Request.Post("/api/2.0/mlflow/runs/create", $$"""{"experiment_id":"{{experimentId}}","start_time":{{Began}}}""", bearer));
        using var answer = JsonDocument.Parse(connection.Body);
        return answer.RootElement.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
    }

    /// <summary>1,000 points of ten metrics: a hundred steps.</summary>
    public static byte[] LogBatch(string bearer, string runId, int batch)
    {
        var json = new ArrayBufferWriter<byte>(100_000);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteString("run_id"u8, runId);
            writer.WriteStartArray("metrics"u8);
            foreach (var (key, step, at, value) in Points(batch))
            {
                writer.WriteStartObject();
                writer.WriteString("key"u8, Key(key));
                writer.WriteNumber("value"u8, value);
                writer.WriteNumber("timestamp"u8, at);
                writer.WriteNumber("step"u8, step);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return Request.Post("/api/2.0/mlflow/runs/log-batch", json.WrittenSpan, bearer);
    }

    /// <summary>The same points as numbers, for the base.</summary>
    public static IEnumerable<(int Key, long Step, long At, double Value)> Points(int batch)
    {
        for (var i = 0; i < MetricsOfBatch; i++)
        {
            var step = (long)batch * (MetricsOfBatch / KeysOfBatch) + i / KeysOfBatch;
            yield return (i % KeysOfBatch, step, Began + step * 250, Value(step, i % KeysOfBatch));
        }
    }

    public static byte[] LogMetric(string path, string bearer, string runId, long step) => Request.Post(path, string.Create(CultureInfo.InvariantCulture,
        $$"""{"run_id":"{{runId}}","key":"loss","value":{{Value(step, 0)}},"timestamp":{{Began + step * 250}},"step":{{step}}}"""), bearer);

    public static byte[] SetTag(string bearer, string runId, string key, string value) =>
        Request.Post("/api/2.0/mlflow/runs/set-tag", $$"""{"run_id":"{{runId}}","key":"{{key}}","value":"{{value}}"}""", bearer);

    /// <summary>A falling curve with noise, all digits used as real losses do.</summary>
    public static double Value(long step, int key) => 2.5 * Math.Exp(-step / 20_000.0) + 0.1 * Math.Abs(Math.Sin(step * 12.9898 + key) * 43758.5453 % 1);

    private static string Key(int key) => $"train/metric_{key}";

    private static string Text(RawConnection connection, byte[] request, string name)
    {
        connection.Must(request);
        using var answer = JsonDocument.Parse(connection.Body);
        return answer.RootElement.GetProperty(name).GetString()!;
    }
}
