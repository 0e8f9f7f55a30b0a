using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;

namespace Crucible.Experiments.Pages;

/// <summary>What stands in the cells of a run, by column.</summary>
internal static class RunTexts
{
    private const string Source = "mlflow.source.name";
    private const string Commit = "mlflow.source.git.commit";

    /// <summary>Tags that the shown attributes are read from.</summary>
    public static IEnumerable<string> Tags(Func<string, bool> shows) => (shows("source"), shows("commit")) switch
    {
        (true, true) => [Source, Commit],
        (true, false) => [Source],
        (false, true) => [Commit],
        _ => [],
    };

    /// <summary>The values of the shown metrics.</summary>
    public static Dictionary<RunColumn, double> Figures(Guid runId, IReadOnlyList<RunColumn> columns, TableCells cells)
    {
        var figures = new Dictionary<RunColumn, double>();
        foreach (var column in columns.Where(c => c.IsMetric))
            if (cells.Metrics.TryGetValue((runId, column.Key), out var series)
                && (column.Of switch
                {
                    Aggregate.Min => series.MinValue,
                    Aggregate.Max => series.MaxValue,
                    Aggregate.Mean => cells.Means.TryGetValue((runId, column.Key), out var mean) ? mean : null,
                    _ => series.LastValue,
                }) is { } value)
                figures[column] = value;
        return figures;
    }

    /// <summary>The shown parameters, tags and what is said of the run itself.</summary>
    public static Dictionary<RunColumn, string> Of(RunRow run, IReadOnlyList<RunColumn> columns, TableCells cells)
    {
        var texts = new Dictionary<RunColumn, string>();
        foreach (var column in columns)
            if (column.Kind switch
            {
                ColumnKind.Param => cells.Params.GetValueOrDefault((run.RunId, column.Key)),
                ColumnKind.Tag => cells.Tags.GetValueOrDefault((run.RunId, column.Key)),
                ColumnKind.Attribute => Attribute(run, column.Key, cells),
                _ => null,
            } is { } text)
                texts[column] = text;
        return texts;
    }

    private static string? Attribute(RunRow run, string key, TableCells cells) => key switch
    {
        "dataset" => cells.Datasets.GetValueOrDefault(run.RunId),
        "parent" => cells.Parents.GetValueOrDefault(run.RunId),
        "source" => cells.Tags.GetValueOrDefault((run.RunId, Source)),
        "commit" => cells.Tags.GetValueOrDefault((run.RunId, Commit)),
        _ => null,
    };
}
