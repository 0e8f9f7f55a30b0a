using System.Text;
using Microsoft.VisualBasic.FileIO;

namespace Crucible.Experiments.Fragments;

/// <summary>Some rows of a file of values parted by commas or tabs, quoted as RFC 4180 has it.</summary>
/// <param name="Head">The first line.</param>
/// <param name="Rows">Rows behind it.</param>
/// <param name="From">Number of the first of them, from 0.</param>
/// <param name="More">There are rows behind these that can be shown.</param>
/// <param name="Left">What is not shown, in words; null when all of it can be.</param>
public sealed record CsvRows(IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows, int From, bool More, string? Left)
{
    /// <summary>Rows of a page.</summary>
    public const int AtOnce = 100;

    private const int MostRows = 10_000;
    private const int MostBytes = 4 * 1024 * 1024;
    private const int MostColumns = 60;
    private const int MostText = 300;

    /// <summary>Reads a page of rows from the beginning of a file.</summary>
    public static async Task<CsvRows> Read(Stream content, char delimiter, int from, CancellationToken cancel)
    {
        var bytes = new byte[MostBytes + 1];
        var length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        var whole = length <= MostBytes;
        // A last line that was cut would be read as a short one.
        if (!whole)
            length = bytes.AsSpan(0, MostBytes).LastIndexOf((byte)'\n') + 1;
        using var parser = new TextFieldParser(new MemoryStream(bytes, 0, length), Encoding.UTF8) { TextFieldType = FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        parser.SetDelimiters(delimiter.ToString());
        from = Math.Clamp(from, 0, MostRows - AtOnce);
        var (head, wide, rows, at, broken) = (Array.Empty<string>(), 0, new List<IReadOnlyList<string>>(), -1, 0);
        while (rows.Count <= AtOnce && at < MostRows && !parser.EndOfData)
        {
            string[] fields;
            try
            {
                fields = parser.ReadFields() ?? [];
            }
            catch (MalformedLineException)
            {
                broken++;
                fields = [parser.ErrorLine];
            }
            wide = Math.Max(wide, fields.Length);
            if (at++ < 0)
                head = Short(fields);
            else if (at > from)
                rows.Add(Short(fields));
        }
        var more = rows.Count > AtOnce;
        var left = new List<string>();
        if (wide > MostColumns)
            left.Add($"{wide - MostColumns:N0} columns");
        if (!more && at >= MostRows)
            left.Add($"the rows behind the first {MostRows:N0}");
        else if (!more && !whole)
            left.Add($"what is behind the first {MostBytes >> 20} MB");
        if (broken > 0)
            left.Add($"the columns of {broken:N0} lines whose quotes do not close");
        return new(head, more ? rows[..AtOnce] : rows, from, more && from + AtOnce < MostRows, left.Count == 0 ? null : string.Join(" and ", left));
    }

    private static string[] Short(string[] fields) => [.. fields.Take(MostColumns).Select(f => f.Length > MostText ? Domain.Wording.Cut(f, MostText) + "…" : f)];
}
