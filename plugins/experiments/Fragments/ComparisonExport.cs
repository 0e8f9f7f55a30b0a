using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Tables;
using Crucible.Ui.Text;

namespace Crucible.Experiments.Fragments;

/// <summary>A comparison as a file.</summary>
public static class ComparisonExport
{
    /// <summary>Formats by their ending: content type, and how they are called.</summary>
    public static readonly IReadOnlyDictionary<string, (string Type, string Title)> Formats = new Dictionary<string, (string, string)>
    {
        ["csv"] = ("text/csv; charset=utf-8", "CSV"),
        ["json"] = ("application/json", "JSON"),
        ["md"] = ("text/markdown; charset=utf-8", "Markdown"),
        ["tex"] = ("application/x-tex; charset=utf-8", "LaTeX"),
    };

    /// <summary>The file: all metrics that the page's search leaves, and the parameters and tags that differ, or all of them.</summary>
    public static byte[] Write(CompareView view, string format, DateTimeOffset now) => format == "json" ? Json(view, now)
        : Encoding.UTF8.GetBytes(Table(view, now) is var table && format == "csv" ? table.Csv() : format == "md" ? table.Markdown() : table.Latex());

    private static TextTable Table(CompareView view, DateTimeOffset now)
    {
        List<IReadOnlyList<TextCell>> rows =
        [
            [(TextCell)"run_id", .. view.Runs.Select(r => (TextCell)r.Row.RunId.ToString("N"))],
            [(TextCell)"status", .. view.Runs.Select(r => (TextCell)r.Row.Shown(now).Word())],
        ];
        foreach (var key in view.Shown)
        {
            var best = view.Best(key);
            rows.Add([(TextCell)key, .. view.Ids.Select(id => view.Line(id, key) is { } line ? new TextCell(Numbers.Exact(line.LastValue), Numbers.Metric(line.LastValue), line.LastValue == best) : new TextCell("", "—"))]);
        }
        rows.AddRange(view.Params().Concat(view.Tags()).Select(row => (IReadOnlyList<TextCell>)[(TextCell)row.Key, .. row.Values.Select(v => new TextCell(v ?? "", v ?? "—"))]));
        return new("Comparison of runs", ["", .. view.Runs.Select(r => r.Row.Name)], rows);
    }

    private static byte[] Json(CompareView view, DateTimeOffset now)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartArray("runs");
            foreach (var run in view.Runs)
            {
                json.WriteStartObject();
                json.WriteString("run_id", run.Row.RunId.ToString("N"));
                json.WriteString("name", run.Row.Name);
                json.WriteString("status", run.Row.Shown(now).Word());
                json.WriteNumber("start_time", run.Row.StartTime);
                if (run.Row.EndTime is { } end)
                    json.WriteNumber("end_time", end);
                json.WriteStartObject("metrics");
                foreach (var key in view.Shown)
                {
                    if (view.Line(run.Row.RunId, key) is not { } line)
                        continue;
                    json.WriteStartObject(key);
                    Number(json, "last", line.LastValue);
                    Number(json, "min", line.MinValue);
                    Number(json, "max", line.MaxValue);
                    json.WriteNumber("step", line.LastStep);
                    json.WriteEndObject();
                }
                json.WriteEndObject();
                Pairs(json, "params", run.Params.Select(p => (p.Key, p.Value)));
                Pairs(json, "tags", run.Tags.Where(t => RunTagNames.IsOwn(t.Key)).Select(t => (t.Key, t.Value)));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    // JSON knows no NaN and no infinity: they are written as the words that the API uses too.
    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is not { } number)
            return;
        if (double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteString(name, double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
    }

    private static void Pairs(Utf8JsonWriter json, string name, IEnumerable<(string Key, string Value)> pairs)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs.OrderBy(p => p.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}
