using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Imports.Sources;

/// <summary>
/// Runs from a table: a row is a run, or a point of one where there is a step. Rows of a run need not stand together; so many as
/// fit are gathered by run, then the next, so that a file of any size is read in the same memory.
/// </summary>
internal sealed class RunTable(ITable table, IReadOnlyList<Column> columns, string title) : ISource
{
    private const int CellsTogether = 400_000;

    private readonly Dictionary<string, string> _as = columns.ToDictionary(c => c.Header, c => c.As, StringComparer.Ordinal);
    private readonly bool _curve = columns.Any(c => c.As is "step" or "key");

    public async IAsyncEnumerable<SourceExperiment> Experiments(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        yield return new(title, [], false) { Runs = stop => Runs(report, stop) };
    }

    private async IAsyncEnumerable<SourceRun> Runs(Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (rows, cells) = (new List<TableRow>(), 0);
        await foreach (var row in table.Rows(report, cancel))
        {
            rows.Add(row);
            if ((cells += row.Cells.Count) < CellsTogether)
                continue;
            foreach (var run in Gather(rows, report))
                yield return run;
            (rows, cells) = ([], 0);
        }
        foreach (var run in Gather(rows, report))
            yield return run;
    }

    private IEnumerable<SourceRun> Gather(List<TableRow> rows, Report report) => rows.GroupBy(Id, StringComparer.Ordinal).Select(g => Run(g.Key, [.. g], report));

    private string Id(TableRow row)
    {
        if (Cell(row, "id") is { } id)
            return id;
        if (_curve)
            return $"table:{title}:{Cell(row, "name")}";
        var whole = string.Join('\u001f', row.Cells.Where(c => As(c.Header) is "param" or "tag" or "name" or "start").Select(c => $"{c.Header}\u001e{c.Value}"));
        return $"table:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(whole)))[..40]}";
    }

    private SourceRun Run(string id, List<TableRow> rows, Report report)
    {
        var start = rows.Select(r => Time(Cell(r, "start"))).FirstOrDefault(t => t is not null) ?? rows.Select(r => Time(Cell(r, "time"))).Min();
        return new(id, rows.Select(r => Cell(r, "name")).FirstOrDefault(n => n is not null) ?? (_curve ? title : ""), $"{table.Name}:{rows[0].Line}")
        {
            Continues = true,
            User = Cell(rows[0], "user") ?? "",
            Status = Status(Cell(rows[^1], "status")),
            Start = start ?? 0,
            End = rows.Select(r => Time(Cell(r, "end"))).FirstOrDefault(t => t is not null),
            Params = Entries(rows, "param", report),
            Tags = Entries(rows, "tag", report),
            Points = cancel => Points(rows, start, report, cancel),
        };
    }

    private List<Entry> Entries(List<TableRow> rows, string kind, Report report)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var row in rows)
            foreach (var (header, value) in row.Cells)
                if (As(header) == kind && !entries.TryAdd(Columns.Short(header), value) && entries[Columns.Short(header)] != value)
                    report.Refuse(table.Name, row.Line, $"“{Wording.Cut(header, 100)}” has another value than in an earlier row of this run.", "The first one was taken. If it changes, it is a metric.");
        return [.. entries.Select(e => new Entry(e.Key, e.Value))];
    }

    private async IAsyncEnumerable<SourcePoint> Points(List<TableRow> rows, long? start, Report report, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        foreach (var row in rows)
        {
            cancel.ThrowIfCancellationRequested();
            if (Step(Cell(row, "step")) is not { } step)
            {
                report.Refuse(table.Name, row.Line, $"The step “{Wording.Cut(Cell(row, "step")!, 60)}” is no whole number.", "Steps are whole numbers, also negative ones.");
                continue;
            }
            // Without a time of its own a point is as old as its run, so that reading it again gives the same point.
            var at = Time(Cell(row, "time")) ?? start ?? 0;
            foreach (var (key, value) in Measured(row))
                if (ProtoNumbers.ToDouble(value) is { } number)
                    yield return new(key, number, at, step, table.Name, row.Line);
                else
                    report.Refuse(table.Name, row.Line, $"“{Wording.Cut(value, 60)}” in “{Wording.Cut(key, 100)}” is no number.", "Metrics are numbers; make the column a parameter or a tag, or correct the cell.");
        }
    }

    private IEnumerable<(string Key, string Value)> Measured(TableRow row)
    {
        if (Cell(row, "value") is { } value)
            yield return (Cell(row, "key") ?? title, value);
        foreach (var (header, cell) in row.Cells)
            if (As(header) == "metric")
                yield return (Columns.Short(header), cell);
    }

    private string As(string header) => _as.GetValueOrDefault(header) ?? (header.StartsWith("metrics.", StringComparison.Ordinal) ? "metric" : header.StartsWith("params.", StringComparison.Ordinal) ? "param" : header.StartsWith("tags.", StringComparison.Ordinal) ? "tag" : "ignore");

    private string? Cell(TableRow row, string kind)
    {
        foreach (var (header, value) in row.Cells)
            if (As(header) == kind)
                return value;
        return null;
    }

    private static long? Step(string? text) => text is null ? 0
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var step) ? step
        : ProtoNumbers.ToDouble(text) is { } number ? ProtoNumbers.ToInt64(number) : null;

    /// <summary>Milliseconds, seconds, or a date and time, which is UTC where it says nothing else.</summary>
    private static long? Time(string? text)
    {
        if (text is null)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number is >= 0 and < 1e11 ? (long)(number * 1000) : number is >= 0 and < 9e15 ? (long)number : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at.ToUnixTimeMilliseconds() is >= 0 and var ms ? ms : null;
    }

    private static RunStatus Status(string? word) => word?.ToUpperInvariant() switch
    {
        null => RunStatus.Completed,
        "FAILED" or "CRASHED" or "ERROR" => RunStatus.Failed,
        "KILLED" or "CANCELLED" or "CANCELED" or "STOPPED" => RunStatus.Cancelled,
        "RUNNING" => RunStatus.Running,
        "SCHEDULED" or "PENDING" or "QUEUED" => RunStatus.Pending,
        _ => RunStatus.Completed,
    };
}
