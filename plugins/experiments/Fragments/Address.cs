using System.Globalization;

namespace Crucible.Experiments.Fragments;

/// <summary>Addresses of this plugin's pages.</summary>
public static class Address
{
    /// <summary>The list of experiments.</summary>
    public const string Experiments = "/experiments";

    /// <summary>An experiment with its runs.</summary>
    public static string Experiment(long experimentId) => $"/experiments/{experimentId.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A run.</summary>
    public static string Run(Guid runId) => $"/experiments/runs/{runId:N}";

    /// <summary>Runs side by side.</summary>
    public static string Compare(IEnumerable<Guid> runIds) => $"/experiments/compare?runs={string.Join(',', runIds.Select(r => r.ToString("N")))}";

    /// <summary>A file of a run.</summary>
    public static string Artifact(Guid runId, string path) => $"/get-artifact?run_id={runId:N}&path={Uri.EscapeDataString(path)}";

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
}
