using System.Text;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Exports;

/// <summary>How the things of an export are written.</summary>
internal interface IExportForm
{
    ExportText Text { get; }

    void Experiment(Experiment experiment, string? configuration, IReadOnlyList<Entry> tags);

    void BeginRuns();

    void Run(RunDetail run, ExportWish wish);

    void EndRuns();

    void BeginPoints();

    /// <summary>The points that follow are of this metric.</summary>
    void Series(ExportSeries series);

    void Point(ExportPoint point);

    void EndPoints();

    void BeginLines();

    void Line(ExportLine line);

    void EndLines();

    void End();
}

/// <summary>One CSV table: of runs, with a column for every key that any of them has, of points, or of console lines.</summary>
internal sealed class CsvForm : IExportForm
{
    private static readonly string[] Attributes = ["run_id", "name", "status", "user", "started_at", "ended_at", "parent_run_id"];
    private readonly IReadOnlyList<string> _params, _metrics, _tags;
    private byte[] _series = [];

    private CsvForm(ExportText text, IEnumerable<string> parameters, IEnumerable<string> metrics, IEnumerable<string> tags) =>
        (Text, _params, _metrics, _tags) = (text, [.. parameters], [.. metrics], [.. tags]);

    public ExportText Text { get; }

    /// <summary>A table of points or of console lines, which needs no keys.</summary>
    public static CsvForm Plain(ExportText text) => new(text, [], [], []);

    /// <summary>Looks through all runs for their keys first.</summary>
    public static async Task<CsvForm> Of(ExportText text, ExportWish wish, ExportDataStore data, Guid[] runIds, int atOnce, CancellationToken cancel)
    {
        async Task<SortedSet<string>> Keys(string part, string table)
        {
            var keys = new SortedSet<string>(StringComparer.Ordinal);
            if (wish.Include.Contains(part))
                foreach (var some in runIds.Chunk(atOnce))
                    await data.Keys(table, some, keys, cancel);
            return keys;
        }
        return new(text, await Keys("params", "param"), await Keys("metrics", "series"), await Keys("tags", "tag"));
    }

    public void Experiment(Experiment experiment, string? configuration, IReadOnlyList<Entry> tags) => throw new NotSupportedException("An experiment is no table.");

    public void BeginRuns() => Row(Attributes.Concat(_params.Select(k => $"params.{k}")).Concat(_metrics.Select(k => $"metrics.{k}")).Concat(_tags.Select(k => $"tags.{k}")));

    public void Run(RunDetail run, ExportWish wish)
    {
        var row = run.Row;
        Text.Add($"{row.RunId:N},");
        Text.Add($"{Field(row.Name)},{row.StatusWord},{Field(row.UserId)},");
        Text.AddTime(row.StartTime);
        Text.Add(","u8);
        if (row.EndTime is { } end)
            Text.AddTime(end);
        Text.Add($",{row.ParentRunId:N}");
        Values(_params, run.Params.ToDictionary(p => p.Key, p => p.Value));
        if (_metrics.Count > 0)
        {
            var latest = run.Metrics.ToDictionary(m => m.Key, m => m.Value);
            foreach (var key in _metrics)
            {
                Text.Add(","u8);
                if (latest.TryGetValue(key, out var value))
                    Text.Add(value);
            }
        }
        Values(_tags, run.Tags.ToDictionary(t => t.Key, t => t.Value));
        Text.Add("\n"u8);
    }

    public void EndRuns()
    {
    }

    public void BeginPoints() => Row(["run_id", "key", "step", "timestamp", "value"]);

    public void Series(ExportSeries series) => _series = Encoding.UTF8.GetBytes($"{series.RunId:N},{Field(series.Key)},");

    public void Point(ExportPoint point)
    {
        Text.Add(_series);
        Text.Add(point.Step);
        Text.Add(","u8);
        Text.AddTime(point.At);
        Text.Add(","u8);
        Text.Add(point.Value);
        Text.Add("\n"u8);
    }

    public void EndPoints()
    {
    }

    public void BeginLines() => Row(["run_id", "number", "timestamp", "level", "stream", "source", "text"]);

    public void Line(ExportLine line)
    {
        Text.Add($"{line.RunId:N},");
        Text.Add(line.Number);
        Text.Add(","u8);
        Text.AddTime(new DateTimeOffset(line.At, TimeSpan.Zero).ToUnixTimeMilliseconds());
        Text.Add($",{ConsoleLevel.Word(line.Level)},{(line.IsError ? "stderr" : "stdout")},{Field(line.Source)},{Field(line.Text)}\n");
    }

    public void EndLines()
    {
    }

    public void End()
    {
    }

    private void Values(IReadOnlyList<string> keys, Dictionary<string, string> values)
    {
        foreach (var key in keys)
        {
            Text.Add(","u8);
            // An empty value is a quoted one; a missing value is nothing.
            if (values.TryGetValue(key, out var value))
                Text.Add(value.Length == 0 ? "\"\"" : Field(value));
        }
    }

    private void Row(IEnumerable<string> fields)
    {
        Text.Add(string.Join(',', fields.Select(Field)));
        Text.Add("\n"u8);
    }

    private static string Field(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
