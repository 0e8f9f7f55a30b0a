using Crucible.Ui;

namespace Crucible.Experiments.Fragments;

/// <summary>The pages of one experiment, in the order of their tabs.</summary>
public static class ExperimentTabs
{
    /// <summary>Title and last part of the address; the runs stand at the address of the experiment itself.</summary>
    private static readonly (string Title, string Path)[] All =
    [
        ("Overview", "overview"),
        ("Runs", ""),
        ("Charts", "charts"),
        ("Results", "results"),
        ("Configuration", "configuration"),
        ("Alerts", "alerts"),
        ("Activity", "activity"),
    ];

    /// <summary>The tabs of an experiment.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="current">Path of the page that is open.</param>
    public static IReadOnlyList<Tab> Of(long experimentId, string current) =>
        [.. All.Select(t => new Tab(t.Title, Page(experimentId, t.Path), t.Path == current))];

    /// <summary>The address of one of the pages.</summary>
    public static string Page(long experimentId, string path) => path.Length == 0 ? Address.Experiment(experimentId) : $"{Address.Experiment(experimentId)}/{path}";
}
