using System.Globalization;

namespace Crucible.Experiments.Fragments;

/// <summary>DOM ids of this plugin, made here and nowhere else. They hold no personal state, so a push may name them.</summary>
public static class Dom
{
    /// <summary>Status, name and facts of a run, at the top of its page.</summary>
    public static string RunHead(Guid runId) => $"run-head-{runId:N}";

    /// <summary>How far a run has come.</summary>
    public static string RunProgress(Guid runId) => $"run-progress-{runId:N}";

    /// <summary>The panels of a run's metrics, those after the first <paramref name="skip"/>.</summary>
    public static string RunCharts(Guid runId, int skip = 0) => $"run-charts-{runId:N}-{skip}";

    /// <summary>One panel: a metric of a run.</summary>
    public static string RunPanel(Guid runId, string key) => $"run-panel-{runId:N}-{Hash(key)}";

    /// <summary>A run's parameters.</summary>
    public static string RunParams(Guid runId) => $"run-params-{runId:N}";

    /// <summary>A run's tags.</summary>
    public static string RunTags(Guid runId) => $"run-tags-{runId:N}";

    /// <summary>A run's note, while nobody edits it on this page.</summary>
    public static string RunNote(Guid runId) => $"run-note-{runId:N}";

    /// <summary>A run's datasets and models.</summary>
    public static string RunLinks(Guid runId) => $"run-links-{runId:N}";

    /// <summary>A run's files.</summary>
    public static string RunArtifacts(Guid runId) => $"run-artifacts-{runId:N}";

    /// <summary>The row of a run in a table.</summary>
    public static string RunRow(Guid runId) => $"run-row-{runId:N}";

    /// <summary>One cell of that row: <c>status</c>, <c>name</c>, <c>duration</c>.</summary>
    public static string RunCell(string part, Guid runId) => $"run-{part}-{runId:N}";

    /// <summary>The cell of a metric's last value.</summary>
    public static string RunMetric(Guid runId, string key) => $"run-metric-{runId:N}-{Hash(key)}";

    /// <summary>The cell of a parameter.</summary>
    public static string RunParam(Guid runId, string key) => $"run-param-{runId:N}-{Hash(key)}";

    /// <summary>The line that says how many runs are new since the page was drawn.</summary>
    public static string Fresh(long experimentId) => $"experiment-fresh-{Number(experimentId)}";

    /// <summary>Name and facts of an experiment, at the top of its page.</summary>
    public static string ExperimentHead(long experimentId) => $"experiment-head-{Number(experimentId)}";

    /// <summary>An experiment's note.</summary>
    public static string ExperimentNote(long experimentId) => $"experiment-note-{Number(experimentId)}";

    /// <summary>The run table of an experiment, with what stands above it.</summary>
    public static string RunTable(long experimentId) => $"experiment-runs-{Number(experimentId)}";

    /// <summary>How far an export has come, with its file.</summary>
    public static string Export(Guid exportId) => $"export-{exportId:N}";

    /// <summary>The list of experiments.</summary>
    public const string Experiments = "experiments-list";

    /// <summary>The row of an experiment in the list.</summary>
    public static string ExperimentRow(long experimentId) => $"experiment-row-{Number(experimentId)}";

    /// <summary>Metric keys hold any character; ids do not. FNV-1a, since string hashes change with every process.</summary>
    public static string Hash(string key)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in key)
            hash = (hash ^ c) * 1099511628211UL;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
