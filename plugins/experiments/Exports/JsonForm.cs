using System.Text;
using System.Text.Json;
using Crucible.Api;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Exports;

/// <summary>One JSON document <c>{"experiment", "runs", "points", "logs"}</c>, or a line for each of them with its <c>type</c>.</summary>
internal sealed class JsonForm(ExportText text, bool lines) : IExportForm
{
    private static readonly JsonWriterOptions Options = new() { Encoder = ApiJson.Options.Encoder };
    private readonly Utf8JsonWriter _json = new(text.Buffer, Options);
    private byte[] _series = [];
    private bool _open, _another;

    public ExportText Text { get; } = text;

    public void Experiment(Experiment experiment, string? configuration, IReadOnlyList<Entry> tags) => Thing("experiment", alone: true, json =>
    {
        json.WriteNumber("id", experiment.ExperimentId);
        json.WriteString("name", experiment.Name);
        Time(json, "created_at", experiment.CreatedMs);
        Time(json, "updated_at", experiment.UpdatedMs);
        json.WriteString("status", experiment.StatusWord);
        json.WriteString("hypothesis", experiment.Hypothesis);
        json.WriteNumber("config_version", experiment.ConfigVersion);
        json.WritePropertyName("config");
        json.WriteRawValue(configuration ?? "null");
        json.WriteNumber("lost_after_seconds", (long)experiment.LostAfter.TotalSeconds);
        Map(json, "tags", tags);
    });

    public void BeginRuns() => Begin("runs");

    public void Run(RunDetail run, ExportWish wish) => Thing("run", alone: false, json =>
    {
        var row = run.Row;
        json.WriteString("run_id", row.RunId.ToString("N"));
        json.WriteString("name", row.Name);
        json.WriteString("status", row.StatusWord);
        json.WriteString("user", row.UserId);
        Time(json, "started_at", row.StartTime);
        Time(json, "ended_at", row.EndTime);
        json.WriteString("parent_run_id", row.ParentRunId?.ToString("N"));
        if (wish.Include.Contains("params"))
            Map(json, "params", run.Params);
        if (wish.Include.Contains("metrics"))
        {
            json.WriteStartObject("metrics");
            foreach (var metric in run.Metrics.OrderBy(m => m.Key, StringComparer.Ordinal))
                if (double.IsFinite(metric.Value))
                    json.WriteNumber(metric.Key, metric.Value);
                else
                    json.WriteString(metric.Key, metric.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        if (wish.Include.Contains("tags"))
            Map(json, "tags", run.Tags);
    });

    public void EndRuns() => Close();

    public void BeginPoints() => Begin("points");

    public void Series(ExportSeries series) => _series = Encoding.UTF8.GetBytes(
        $$"""{{{(lines ? "\"type\":\"point\"," : "")}}"run_id":"{{series.RunId:N}}","key":{{JsonSerializer.Serialize(series.Key, ApiJson.Options)}},"step":""");

    public void Point(ExportPoint point)
    {
        if (_another && !lines)
            Text.Add(","u8);
        _another = true;
        Text.Add(_series);
        Text.Add(point.Step);
        Text.Add(",\"timestamp\":\""u8);
        Text.AddTime(point.At);
        Text.Add(double.IsFinite(point.Value) ? "\",\"value\":"u8 : "\",\"value\":\""u8);
        Text.Add(point.Value);
        Text.Add((double.IsFinite(point.Value), lines) switch { (true, true) => "}\n"u8, (true, false) => "}"u8, (false, true) => "\"}\n"u8, _ => "\"}"u8 });
    }

    public void EndPoints() => Close();

    public void BeginLines() => Begin("logs");

    public void Line(ExportLine line) => Thing("log", alone: false, json =>
    {
        json.WriteString("run_id", line.RunId.ToString("N"));
        json.WriteNumber("number", line.Number);
        Time(json, "timestamp", new DateTimeOffset(line.At, TimeSpan.Zero).ToUnixTimeMilliseconds());
        json.WriteString("level", ConsoleLevel.Word(line.Level));
        json.WriteString("stream", line.IsError ? "stderr" : "stdout");
        json.WriteString("source", line.Source);
        json.WriteString("text", line.Text);
    });

    public void EndLines() => Close();

    public void End()
    {
        if (!lines)
            Text.Add(_open ? "}\n"u8 : "{}\n"u8);
    }

    // The list's comma and bracket are written here and its things by a writer each: it is flushed while a list is open.
    private void Begin(string name)
    {
        if (lines)
            return;
        Text.Add(_open ? ",\n" : "{");
        Text.Add($"\"{name}\":[");
        (_open, _another) = (true, false);
    }

    private void Close()
    {
        if (!lines)
            Text.Add("]"u8);
    }

    private void Thing(string type, bool alone, Action<Utf8JsonWriter> fields)
    {
        if (alone && !lines)
        {
            Text.Add(_open ? ",\n" : "{");
            Text.Add($"\"{type}\":");
            _open = true;
        }
        else if (!lines && _another)
            Text.Add(","u8);
        _another = true;
        _json.Reset();
        _json.WriteStartObject();
        if (lines)
            _json.WriteString("type", type);
        fields(_json);
        _json.WriteEndObject();
        _json.Flush();
        if (lines)
            Text.Add("\n"u8);
    }

    private static void Map(Utf8JsonWriter json, string name, IEnumerable<Entry> entries)
    {
        json.WriteStartObject(name);
        foreach (var entry in entries.OrderBy(e => e.Key, StringComparer.Ordinal))
            json.WriteString(entry.Key, entry.Value);
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, long? milliseconds)
    {
        if (ApiJson.Time(milliseconds) is { } time)
            json.WriteString(name, time.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture));
        else
            json.WriteNull(name);
    }
}
