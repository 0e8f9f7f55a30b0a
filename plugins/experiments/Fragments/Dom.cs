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

    /// <summary>A run's console; its lines are <c>{id}-L{number}</c>.</summary>
    public static string RunLog(Guid runId) => $"run-log-{runId:N}";

    /// <summary>The table of a run's metrics.</summary>
    public static string RunMetrics(Guid runId) => $"run-metrics-{runId:N}";

    /// <summary>A run's checkpoints.</summary>
    public static string RunCheckpoints(Guid runId) => $"run-checkpoints-{runId:N}";

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

    /// <summary>What may be done to an experiment as it stands.</summary>
    public static string ExperimentActs(long experimentId) => $"experiment-acts-{Number(experimentId)}";

    /// <summary>What an experiment is about, on its Overview.</summary>
    public static string Overview(long experimentId) => $"experiment-overview-{Number(experimentId)}";

    /// <summary>An experiment's results.</summary>
    public static string Results(long experimentId) => $"experiment-results-{Number(experimentId)}";

    /// <summary>The line that says that somebody saved another version of a configuration.</summary>
    public static string Configuration(long experimentId) => $"experiment-configuration-{Number(experimentId)}";

    /// <summary>What was done to an experiment.</summary>
    public static string Activity(long experimentId) => $"experiment-activity-{Number(experimentId)}";

    /// <summary>The comments on an experiment with all in it, or on one run of it.</summary>
    public static string Comments(long experimentId, Guid? runId) => runId is { } run ? $"comments-{Number(experimentId)}-{run:N}" : $"comments-{Number(experimentId)}";

    /// <summary>The projects.</summary>
    public const string Projects = "projects-list";

    /// <summary>An experiment's note.</summary>
    public static string ExperimentNote(long experimentId) => $"experiment-note-{Number(experimentId)}";

    /// <summary>The run table of an experiment, with what stands above it.</summary>
    public static string RunTable(long experimentId) => $"experiment-runs-{Number(experimentId)}";

    /// <summary>The rules and webhooks of an experiment.</summary>
    public static string AlertRules(long experimentId) => $"alert-rules-{Number(experimentId)}";

    /// <summary>What they have told.</summary>
    public static string AlertEvents(long experimentId) => $"alert-events-{Number(experimentId)}";

    /// <summary>What an import's page says of it.</summary>
    public static string Import(Guid importId) => $"import-{importId:N}";

    /// <summary>The views of an experiment's run table.</summary>
    public static string RunViews(long experimentId) => $"experiment-views-{Number(experimentId)}";

    /// <summary>Acts on many runs that are under way.</summary>
    public static string RunBatches(long experimentId) => $"experiment-batches-{Number(experimentId)}";

    /// <summary>How far an export has come, with its file.</summary>
    public static string Export(Guid exportId) => $"export-{exportId:N}";

    /// <summary>The list of experiments.</summary>
    public const string Experiments = "experiments-list";

    /// <summary>The row of an experiment in the list.</summary>
    public static string ExperimentRow(long experimentId) => $"experiment-row-{Number(experimentId)}";

    /// <summary>The list of registered models.</summary>
    public const string Models = "models-list";

    /// <summary>The versions of a registered model.</summary>
    public static string ModelVersions(long modelId) => $"model-versions-{Number(modelId)}";

    /// <summary>Metric keys hold any character; ids do not.</summary>
    public static string Hash(string key) => Domain.KeyHash.Of(key);

    /// <summary>The panels of an experiment's charts page.</summary>
    public static string Board(long experimentId) => $"board-{Number(experimentId)}";

    /// <summary>One of its panels.</summary>
    public static string BoardPanel(string panelId) => $"panel-{panelId}";

    /// <summary>What is written beside places of the axes of an experiment's charts.</summary>
    public static string ChartNotes(long experimentId) => $"chart-notes-{Number(experimentId)}";

    /// <summary>The runs that the charts of an experiment draw.</summary>
    public static string RunPicker(long experimentId) => $"chart-runs-{Number(experimentId)}";

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);
}
