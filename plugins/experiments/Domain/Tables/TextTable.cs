using System.Text;

namespace Crucible.Experiments.Domain.Tables;

/// <summary>A cell of a table that leaves the page as text.</summary>
/// <param name="Text">What it says, as exact as it is known.</param>
/// <param name="Short">What a reader sees in a document, four digits for a metric; null for <paramref name="Text"/>.</param>
/// <param name="Best">It is the best of its row or column, and set in bold where that can be.</param>
public readonly record struct TextCell(string Text, string? Short = null, bool Best = false)
{
    /// <summary>For a document.</summary>
    public string Shown => Short ?? Text;

    /// <summary>A cell that only says something.</summary>
    public static implicit operator TextCell(string text) => new(text);
}

/// <summary>A table as CSV, Markdown or LaTeX.</summary>
/// <param name="Title">What it is, for the caption.</param>
/// <param name="Columns">Headings; the first is of the column that names the rows.</param>
/// <param name="Rows">Each as long as <paramref name="Columns"/>.</param>
public sealed record TextTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<TextCell>> Rows)
{
    /// <summary>RFC 4180: CR LF, quotes where they are needed, doubled within. Values are never altered, so a cell may begin with "=".</summary>
    public string Csv()
    {
        var text = new StringBuilder();
        foreach (var line in Rows.Select(r => r.Select(c => c.Text)).Prepend(Columns))
            text.AppendJoin(',', line.Select(Quoted)).Append("\r\n");
        return text.ToString();
    }

    /// <summary>A pipe table; the best is bold.</summary>
    public string Markdown()
    {
        var text = new StringBuilder();
        Line(text, Columns.Select(Piped));
        Line(text, Columns.Select((_, i) => i == 0 ? "---" : "---:"));
        foreach (var row in Rows)
            Line(text, row.Select(c => c.Best ? $"**{Piped(c.Shown)}**" : Piped(c.Shown)));
        return text.ToString();
    }

    /// <summary>A <c>table</c> with <c>booktabs</c> rules; the best is bold.</summary>
    public string Latex()
    {
        var text = new StringBuilder("% \\usepackage{booktabs}\n\\begin{table}\n  \\centering\n");
        text.Append($"  \\caption{{{Escaped(Title)}}}\n  \\begin{{tabular}}{{l{new string('r', Math.Max(0, Columns.Count - 1))}}}\n    \\toprule\n");
        Ampersands(text, Columns.Select(Escaped)).Append("    \\midrule\n");
        foreach (var row in Rows)
            Ampersands(text, row.Select(c => c.Best ? $"\\textbf{{{Escaped(c.Shown)}}}" : Escaped(c.Shown)));
        return text.Append("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n").ToString();
    }

    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 && (text.Length == 0 || (text[0] != ' ' && text[^1] != ' ')) ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static void Line(StringBuilder into, IEnumerable<string> cells) => into.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static StringBuilder Ampersands(StringBuilder into, IEnumerable<string> cells) => into.Append("    ").AppendJoin(" & ", cells).Append(" \\\\\n");

    private static string Piped(string text)
    {
        var cell = new StringBuilder(text.Length);
        foreach (var c in text.ReplaceLineEndings(" "))
            _ = c is '|' or '\\' or '*' or '_' or '`' or '<' or '[' ? cell.Append('\\').Append(c) : cell.Append(c);
        return cell.ToString();
    }

    private static string Escaped(string text)
    {
        var cell = new StringBuilder(text.Length);
        foreach (var c in text.ReplaceLineEndings(" "))
            _ = c switch
            {
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => cell.Append('\\').Append(c),
                '\\' => cell.Append("\\textbackslash{}"),
                '~' => cell.Append("\\textasciitilde{}"),
                '^' => cell.Append("\\textasciicircum{}"),
                '<' => cell.Append("\\textless{}"),
                '>' => cell.Append("\\textgreater{}"),
                '—' => cell.Append("---"),
                '±' => cell.Append("$\\pm$"),
                _ => cell.Append(c),
            };
        return cell.ToString();
    }
}
