using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crucible.Experiments.Domain.Tables;

namespace Crucible.Experiments.Domain;

/// <summary>Results as files. With a parameter to group by the rows are its values, with mean and standard deviation; else they are the runs.</summary>
public static class ResultText
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Content type and text of a format: <c>csv</c>, <c>json</c>, <c>md</c> or <c>tex</c>; null for any other.</summary>
    public static (string Type, string Text)? Of(Results results, string format) => format switch
    {
        "csv" => ("text/csv", Full(results).Csv()),
        "json" => ("application/json", Json(results)),
        "md" => ("text/markdown", Brief(results).Markdown()),
        "tex" => ("application/x-tex", Brief(results).Latex()),
        _ => null,
    };

    /// <summary>An array of objects; NaN and infinities are texts.</summary>
    public static string Json(Results results) => results.GroupedBy is { } by
        ? JsonSerializer.Serialize(results.Groups().Select(g => new
        {
            parameter = by,
            value = g.Value,
            runs = g.Runs,
            metrics = results.Metrics.Zip(g.Spreads).ToDictionary(m => m.First.Key, m => m.Second is { } s ? new { s.Count, s.Mean, sd = s.Deviation } : null),
        }), Readable)
        : JsonSerializer.Serialize(results.By(0).Select(r => new
        {
            run_id = r.RunId.ToString("N"),
            run = r.Name,
            status = r.Status,
            metrics = results.Metrics.Zip(r.Values).Where(m => m.Second is not null).ToDictionary(m => m.First.Key, m => m.Second!.Value),
        }), Readable);

    /// <summary>Every figure in full; groups have a column each for mean and deviation.</summary>
    private static TextTable Full(Results results) => results.GroupedBy is { } by
        ? new("Results", [by, "runs", .. results.Metrics.SelectMany(m => new[] { $"{m.Key} mean", $"{m.Key} sd" })],
            [.. results.Groups().Select(g => Row([g.Value ?? "", $"{g.Runs}", .. g.Spreads.SelectMany(s => new[] { Exact(s?.Mean), Exact(s?.Deviation) })]))])
        : new("Results", ["run_id", "run", "status", .. results.Metrics.Select(m => m.Key)],
            [.. results.By(0).Select(r => Row([$"{r.RunId:N}", r.Name, r.Status, .. r.Values.Select(Exact)]))]);

    /// <summary>For a document: five digits, mean and deviation in one cell, the best of each column marked.</summary>
    private static TextTable Brief(Results results)
    {
        if (results.GroupedBy is not { } by)
            return new("Results", ["run", .. results.Metrics.Select(m => m.Key)],
                [.. results.By(0).Select(r => (IReadOnlyList<TextCell>)[r.Name, .. r.Values.Select((v, i) => new TextCell(v is { } one ? Short(one) : "", Best: v is not null && v.Equals(results.Best(i))))])]);
        var groups = results.Groups();
        return new($"Results by {by}", [by, "runs", .. results.Metrics.Select(m => m.Key)],
            [.. groups.Select(g => (IReadOnlyList<TextCell>)[g.Value ?? "none", $"{g.Runs}", .. g.Spreads.Select((s, i) => new TextCell(s is not { } one ? "" : one.Deviation is { } sd ? $"{Short(one.Mean)} ± {Short(sd)}" : Short(one.Mean),
                Best: s is { } shown && shown.Mean.Equals(results.BestMean(i, groups))))])]);
    }

    private static IReadOnlyList<TextCell> Row(IEnumerable<string> cells) => [.. cells.Select(c => new TextCell(c))];

    private static string Short(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
