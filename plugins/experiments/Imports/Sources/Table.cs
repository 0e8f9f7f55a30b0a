using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>A line of a table: its cells by header, those that are empty left out.</summary>
internal sealed record TableRow(long Line, IReadOnlyList<(string Header, string Value)> Cells);

/// <summary>Rows with named cells.</summary>
internal interface ITable
{
    /// <summary>What it is, in words.</summary>
    string Kind { get; }

    /// <summary>What the file is called.</summary>
    string Name { get; }

    /// <summary>The rows; what cannot be read is reported and passed over.</summary>
    IAsyncEnumerable<TableRow> Rows(Report report, CancellationToken cancel);
}

/// <summary>Comma, semicolon or tab separated, with a line of headers.</summary>
internal sealed class CsvTable(string path, string name) : ITable
{
    private const int LongestCell = 1 << 20;
    private const int MostColumns = 20_000;

    public string Kind => "CSV of runs";
    public string Name => name;

    public async IAsyncEnumerable<TableRow> Rows(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var text = new StreamReader(new LineGuard(Tree.Open(path), name), Encoding.UTF8, true, 64 * 1024);
        var faults = 0L;
        using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            MaxFieldSize = LongestCell,
            BadDataFound = bad => report.Refuse(name, bad.Context.Parser?.RawRow ?? 0, "A quotation mark stands where none can.", "The line was read as it stands; put quotes around the cell and double those in it."),
        });
        if (!await Next(csv, report, faults))
            throw new ImportFault($"{name} is empty.");
        var headers = csv.Parser.Record ?? [];
        if (headers.Length > MostColumns)
            throw new ImportFault($"{name} has {headers.Length:N0} columns; at most {MostColumns:N0} are read.");
        while (await Next(csv, report, faults))
        {
            cancel.ThrowIfCancellationRequested();
            var record = csv.Parser.Record ?? [];
            if (record.Length > headers.Length)
                report.Refuse(name, csv.Parser.RawRow, $"The line has {record.Length} cells under {headers.Length} headers.", "Those beyond the headers were left out.");
            var cells = new List<(string, string)>();
            for (var i = 0; i < Math.Min(record.Length, headers.Length); i++)
                if (record[i].Length > 0 && headers[i].Trim() is { Length: > 0 } header)
                    cells.Add((header, record[i]));
            if (cells.Count > 0)
                yield return new(csv.Parser.RawRow, cells);
        }
    }

    private async Task<bool> Next(CsvReader csv, Report report, long faults)
    {
        try
        {
            return await csv.ReadAsync();
        }
        catch (MaxFieldSizeException)
        {
            report.Refuse(name, csv.Parser.RawRow, "A cell is larger than a megabyte: perhaps a quotation mark is not closed.", "What follows it could not be read. Correct the line and import again.");
            return false;
        }
        catch (CsvHelperException)
        {
            report.Refuse(name, csv.Parser.RawRow, "The line cannot be read.", "What follows it could not be read. Correct the line and import again.");
            return false;
        }
    }
}

/// <summary>One JSON object a line; objects in it become headers with a dot.</summary>
internal sealed class JsonTable(string path, string name) : ITable
{
    private const int LongestLine = 4 << 20;
    private const int MostDepth = 16;

    public string Kind => "JSON lines of runs";
    public string Name => name;

    public async IAsyncEnumerable<TableRow> Rows(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var content = Tree.Open(path);
        await foreach (var (line, text) in Lines.Read(content, LongestLine, cancel))
            if (Row(line, text) is { } row)
                yield return row;
            else if (text is null || !string.IsNullOrWhiteSpace(text))
                report.Refuse(name, line, text is null ? "The line is far too long." : "This is no JSON object.", "Each line holds one object, such as {\"run\": \"a\", \"step\": 1, \"metrics\": {\"loss\": 0.5}}.");
    }

    private static TableRow? Row(long line, string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        try
        {
            // Python writes NaN and Infinity bare, which JSON does not know.
            using var json = JsonDocument.Parse(Quoted(text), new() { MaxDepth = MostDepth });
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var cells = new List<(string, string)>();
            Flatten(json.RootElement, "", cells);
            return cells.Count == 0 ? null : new(line, cells);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Quoted(string text) => !text.Contains("NaN", StringComparison.Ordinal) && !text.Contains("Infinity", StringComparison.Ordinal) ? text
        : System.Text.RegularExpressions.Regex.Replace(text, """(?<=[:,\[]\s*)(-?Infinity|NaN)(?=\s*[,}\]])""", "\"$1\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));

    private static void Flatten(JsonElement from, string above, List<(string, string)> cells)
    {
        foreach (var property in from.EnumerateObject())
            if (property.Value.ValueKind == JsonValueKind.Object)
                Flatten(property.Value, $"{above}{property.Name}.", cells);
            else if (Text(property.Value) is { Length: > 0 } value)
                cells.Add((above + property.Name, value));
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
