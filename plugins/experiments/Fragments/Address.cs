using System.Globalization;

namespace Crucible.Experiments.Fragments;

/// <summary>Addresses of this plugin's pages.</summary>
public static class Address
{
    /// <summary>The list of experiments.</summary>
    public const string Experiments = "/experiments";

    /// <summary>What was brought in from elsewhere, and where one begins that.</summary>
    public const string Import = "/experiments/import";

    /// <summary>One import.</summary>
    public static string ImportOf(Guid importId) => $"/experiments/imports/{importId:N}";

    /// <summary>The projects.</summary>
    public const string Projects = "/experiments/projects";

    /// <summary>The experiments of a project.</summary>
    public static string Project(string name) => With(Experiments, ("q", $"project:{Crucible.Search.Qualifiers.Quote(name)}"));

    /// <summary>An experiment with its runs.</summary>
    public static string Experiment(long experimentId) => $"/experiments/{experimentId.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>What answers how a run search of an experiment can go on.</summary>
    public static string Complete(long experimentId) => $"{Experiment(experimentId)}/complete";

    /// <summary>What was said about an experiment and all in it, about a run of it, or about a place (see <see cref="Domain.CommentPlace"/>).</summary>
    public static string Comments(long experimentId, Guid? runId = null, string? place = null) => With($"{Experiment(experimentId)}/comments", ("run", runId?.ToString("N")), ("place", place));

    /// <summary>A run.</summary>
    public static string Run(Guid runId) => $"/experiments/runs/{runId:N}";

    /// <summary>What an experiment tells of its runs.</summary>
    public static string Alerts(long experimentId) => $"{Experiment(experimentId)}/alerts";

    /// <summary>A webhook with its deliveries.</summary>
    public static string Webhook(long experimentId, Guid hookId) => $"{Alerts(experimentId)}/webhooks/{hookId}";

    /// <summary>The curves of an experiment's runs.</summary>
    public static string Charts(long experimentId) => $"{Experiment(experimentId)}/charts";

    /// <summary>One panel of them.</summary>
    public static string Panel(long experimentId, Domain.BoardPanel panel) => With($"{Charts(experimentId)}/panel", panel.Query());

    /// <summary>All points of a panel of curves.</summary>
    public static string PanelCsv(long experimentId, Domain.BoardPanel panel) => With($"{Charts(experimentId)}/panel.csv", panel.Query());

    /// <summary>Runs side by side.</summary>
    public static string Compare(IEnumerable<Guid> runIds) => $"/experiments/compare?runs={string.Join(',', runIds.Select(r => r.ToString("N")))}";

    /// <summary>The registered models.</summary>
    public const string Models = "/experiments/models";

    /// <summary>A registered model with its versions.</summary>
    public static string Model(long modelId) => $"/experiments/models/{modelId.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A file of a run.</summary>
    public static string Artifact(Guid runId, string path) => $"/get-artifact?run_id={runId:N}&path={Uri.EscapeDataString(path)}";

    /// <summary>A folder of a run as one file; the empty path is all of it.</summary>
    public static string Zip(Guid runId, string path) => With($"{Run(runId)}/zip", ("path", path));

    /// <summary>A page or a PDF of a run, for a frame.</summary>
    public static string Frame(Guid runId, string path) => With($"{Run(runId)}/frame", ("path", path));

    /// <summary>All exports.</summary>
    public const string Exports = "/experiments/exports";

    /// <summary>An export.</summary>
    public static string Export(Guid exportId) => $"{Exports}/{exportId:N}";

    /// <summary>The exports of an experiment, and the form that asks for one.</summary>
    public static string ExportsOf(long experimentId) => $"{Experiment(experimentId)}/exports";

    /// <summary>Adds what has a value to a query: <c>?tab=tags&amp;x=time</c>; nothing for none.</summary>
    public static string With(string path, params IEnumerable<(string Name, string? Value)> query)
    {
        var set = query.Where(q => !string.IsNullOrEmpty(q.Value)).Select(q => $"{q.Name}={Uri.EscapeDataString(q.Value!)}").ToList();
        return set.Count == 0 ? path : $"{path}{(path.Contains('?') ? '&' : '?')}{string.Join('&', set)}";
    }

    /// <summary>A path with these parameters, empty ones too: there an empty value says more than none.</summary>
    public static string State(string path, IEnumerable<(string Name, string Value)> query)
    {
        var set = query.Select(q => $"{q.Name}={Uri.EscapeDataString(q.Value)}").ToList();
        return set.Count == 0 ? path : $"{path}?{string.Join('&', set)}";
    }
}
