using System.Globalization;

namespace Crucible.Experiments.Domain.Plots;

/// <summary>What a plot takes from many runs.</summary>
/// <param name="Runs">Id and name of each.</param>
/// <param name="Columns">What is taken.</param>
/// <param name="Texts">Parameters by run and column; absent where a run has none.</param>
/// <param name="Numbers">Metrics by run and column.</param>
public sealed record PlotTable(IReadOnlyList<(Guid RunId, string Name)> Runs, IReadOnlyList<PlotColumn> Columns,
    IReadOnlyDictionary<(Guid, PlotColumn), string> Texts, IReadOnlyDictionary<(Guid, PlotColumn), double> Numbers)
{
    private readonly Dictionary<PlotColumn, bool> _numeric = [];

    /// <summary>Whether all values of a column that are there are numbers.</summary>
    public bool IsNumeric(PlotColumn column)
    {
        if (!_numeric.TryGetValue(column, out var numeric))
            _numeric[column] = numeric = column.IsMetric || Runs.All(r => Text(r.RunId, column) is not { } text || Parse(text) is not null);
        return numeric;
    }

    /// <summary>A value as it was logged; null where the run has none.</summary>
    public string? Text(Guid run, PlotColumn column) => column.IsMetric
        ? Numbers.TryGetValue((run, column), out var number) ? number.ToString("R", CultureInfo.InvariantCulture) : null
        : Texts.GetValueOrDefault((run, column));

    /// <summary>A value as a number; NaN where the run has none or it is no number.</summary>
    public double Number(Guid run, PlotColumn column) => column.IsMetric
        ? Numbers.GetValueOrDefault((run, column), double.NaN)
        : Texts.TryGetValue((run, column), out var text) && Parse(text) is { } number ? number : double.NaN;

    /// <summary>The different values of a column that is not of numbers, sorted.</summary>
    public IReadOnlyList<string> Names(PlotColumn column) => [.. Runs.Select(r => Text(r.RunId, column)).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>
    /// Groups the runs that have a value of a column: by equal values, and where these are more than <paramref name="most"/> numbers, by
    /// as many ranges with about as many runs in each.
    /// </summary>
    public IReadOnlyList<(string Name, IReadOnlyList<Guid> Runs)> Groups(PlotColumn column, int most)
    {
        var having = Runs.Where(r => Text(r.RunId, column) is not null).Select(r => r.RunId).ToList();
        if (!IsNumeric(column))
            return [.. having.GroupBy(r => Text(r, column)!).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(most).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, (IReadOnlyList<Guid>)[.. g]))];
        var sorted = having.Where(r => double.IsFinite(Number(r, column))).OrderBy(r => Number(r, column)).ToList();
        var equal = sorted.GroupBy(r => Number(r, column)).ToList();
        if (equal.Count <= most)
            return [.. equal.Select(g => (Short(g.Key), (IReadOnlyList<Guid>)[.. g]))];
        var groups = new List<(string, IReadOnlyList<Guid>)>();
        var (at, left) = (0, most);
        while (at < sorted.Count && left > 0)
        {
            var end = Math.Min(sorted.Count, at + (int)Math.Ceiling((sorted.Count - at) / (double)left--));
            // Equal values stay together.
            while (end < sorted.Count && Number(sorted[end], column) == Number(sorted[end - 1], column))
                end++;
            groups.Add(($"{Short(Number(sorted[at], column))}–{Short(Number(sorted[end - 1], column))}", sorted[at..end]));
            at = end;
        }
        return groups;
    }

    private static string Short(double value) => Crucible.Ui.Text.Numbers.Short(value);

    private static double? Parse(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : text is "True" or "true" ? 1 : text is "False" or "false" ? 0 : null;
}
