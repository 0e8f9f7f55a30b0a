using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

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
        "csv" => ("text/csv", Csv(results)),
        "json" => ("application/json", Json(results)),
        "md" => ("text/markdown", Markdown(results)),
        "tex" => ("application/x-tex", Latex(results)),
        _ => null,
    };

    /// <summary>Full precision; groups have a column each for mean and deviation.</summary>
    public static string Csv(Results results)
    {
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");
        if (results.GroupedBy is { } by)
        {
            Line([by, "runs", .. results.Metrics.SelectMany(m => new[] { $"{m.Key} mean", $"{m.Key} sd" })]);
            foreach (var group in results.Groups())
                Line([group.Value ?? "", $"{group.Runs}", .. group.Spreads.SelectMany(s => new[] { Exact(s?.Mean), Exact(s?.Deviation) })]);
        }
        else
        {
            Line(["run_id", "run", "status", .. results.Metrics.Select(m => m.Key)]);
            foreach (var row in results.By(0))
                Line([$"{row.RunId:N}", row.Name, row.Status, .. row.Values.Select(Exact)]);
        }
        return text.ToString();
    }

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

    /// <summary>A table with the best of each column in bold.</summary>
    public static string Markdown(Results results)
    {
        var (head, rows) = Cells(results, best => $"**{best}**", "±", Escaped);
        var text = new StringBuilder();
        void Line(IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        Line(head);
        Line(head.Select((_, i) => i == 0 ? "---" : "---:"));
        foreach (var row in rows)
            Line(row);
        return text.ToString();
    }

    /// <summary>A <c>tabular</c> that needs no package, with the best of each column in bold.</summary>
    public static string Latex(Results results)
    {
        var (head, rows) = Cells(results, best => $"\\textbf{{{best}}}", "$\\pm$", Tex);
        var text = new StringBuilder($"\\begin{{tabular}}{{l{new string('r', head.Count - 1)}}}\n\\hline\n");
        text.AppendJoin(" & ", head).Append(" \\\\\n\\hline\n");
        foreach (var row in rows)
            text.AppendJoin(" & ", row).Append(" \\\\\n");
        return text.Append("\\hline\n\\end{tabular}\n").ToString();
    }

    private static (IReadOnlyList<string> Head, IEnumerable<IEnumerable<string>> Rows) Cells(Results results, Func<string, string> bold, string plusMinus, Func<string, string> escape)
    {
        string Marked(double? value, double? best, string shown) => value is not null && value.Equals(best) ? bold(shown) : shown;
        if (results.GroupedBy is { } by)
        {
            var groups = results.Groups();
            return ([escape(by), "runs", .. results.Metrics.Select(m => escape(m.Key))], groups.Select(g => new[] { escape(g.Value ?? "none"), $"{g.Runs}" }
                .Concat(g.Spreads.Select((s, i) => Marked(s?.Mean, results.BestMean(i, groups), s is not { } one ? "" : one.Deviation is { } sd ? $"{Short(one.Mean)} {plusMinus} {Short(sd)}" : Short(one.Mean))))));
        }
        return (["run", .. results.Metrics.Select(m => escape(m.Key))], results.By(0).Select(r => new[] { escape(r.Name) }
            .Concat(r.Values.Select((v, i) => Marked(v, results.Best(i), v is { } one ? Short(one) : "")))));
    }

    private static string Short(double value) => value.ToString("G5", CultureInfo.InvariantCulture);

    private static string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    // A field that begins like a formula would be run by a spreadsheet; a number never does.
    private static string Quoted(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string Escaped(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c => c is '|' or '*' or '_' or '`' or '\\' or '<' or '[' ? $"\\{c}" : $"{c}"));

    private static string Tex(string text) => string.Concat(text.ReplaceLineEndings(" ").Select(c => c switch
    {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{c}",
        _ => $"{c}",
    }));
}
