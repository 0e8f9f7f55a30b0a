using System.Globalization;
using Crucible.Benchmarks.Processes;

namespace Crucible.Benchmarks.Report;

/// <summary>The figures as Markdown.</summary>
internal sealed class Table(Options options)
{
    private static readonly string[] Head = ["figure", "measured", "unit", "base (same run)", "ratio", "aim", "met?"];
    private readonly List<Figure> _figures = [];
    private readonly string _load = Machine.Load();

    public void Add(Figure figure) => _figures.Add(figure);

    public void Write(TextWriter output)
    {
        var rows = _figures.Select(Row).Prepend(Head).ToList();
        var widths = Enumerable.Range(0, Head.Length).Select(column => rows.Max(r => r[column].Length)).ToArray();
        output.WriteLine();
        for (var i = 0; i < rows.Count; i++)
        {
            output.WriteLine($"| {string.Join(" | ", rows[i].Select((cell, c) => IsNumber(c) ? cell.PadLeft(widths[c]) : cell.PadRight(widths[c])))} |");
            if (i == 0)
                output.WriteLine($"|{string.Join('|', widths.Select((w, c) => IsNumber(c) ? new string('-', w + 1) + ':' : new string('-', w + 2)))}|");
        }
        output.WriteLine();
        foreach (var noted in _figures.Where(f => f.Note is not null))
            output.WriteLine($"- {noted.Name}: {noted.Note}");
        output.WriteLine($"Machine: {Machine.Text}; load average {_load} at the beginning, {Machine.Load()} at the end.{(options.Small ? " Small sizes: these figures say little." : "")}");
    }

    /// <summary>Three digits that mean something.</summary>
    public static string Number(double value) => value switch
    {
        double.NaN => "–",
        _ when Math.Abs(value) >= 100 => value.ToString("#,0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static bool IsNumber(int column) => column is 1 or 4;

    private static string[] Row(Figure figure) =>
        [figure.Name, Number(figure.Measured), figure.Unit, figure.Base?.ToString() ?? "", Number(figure.Ratio), figure.Aim?.Text ?? "", figure.Met];
}
