using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Experiments.Fragments;
using Crucible.Files;

namespace Crucible.Experiments.Pages;

/// <summary>Gathers what only one tab of a run's page shows.</summary>
public sealed class RunTabReader(RunMetricStore metrics, TrendStore trends, ConsoleStore console, ModelStore models, RunCodeReader code, CheckpointReader checkpoints, IFileStore files)
{
    private const int FilesOfModel = 30;

    /// <summary>With what its tab shows, as the address asks for it.</summary>
    /// <param name="view">The page so far.</param>
    /// <param name="query">A value of the address; null when it is missing.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<RunView> Complete(RunView view, Func<string, string?> query, CancellationToken cancel)
    {
        view = view with { LogLines = (await console.Extent(view.Run.RunId, cancel)).Lines };
        return view.Tab switch
        {
            "metrics" => await WithTable(view, query, cancel),
            "params" or "charts" => await WithAgainst(view, query, cancel),
            "artifacts" => await WithFile(view, query, cancel),
            "logs" => view with { Log = await RunLogView.Read(console, view.Run.RunId, query("q"), query("level"), long.TryParse(query("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var before) ? before : null, cancel) },
            "code" => view with { Code = await code.Read(view.Run, view.Tags, view.Files.Files, cancel) },
            "about" => view with { Checkpoints = await checkpoints.Read(view.Run, null, cancel), Models = await Made(view, cancel) },
            _ => view,
        };
    }

    /// <summary>With its metrics as a table.</summary>
    public async Task<RunView> WithTable(RunView view, Func<string, string?> query, CancellationToken cancel) => view with
    {
        Table = await MetricTable.Read([.. view.Lines, .. view.System], query("q") ?? "", long.TryParse(query("at"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at) ? at : null,
            query("after") ?? "", metrics, trends, cancel),
    };

    /// <summary>With the run that its parameters are held against: the one asked for, else the parent, the baseline or the one before it.</summary>
    public async Task<RunView> WithAgainst(RunView view, Func<string, string?> query, CancellationToken cancel)
    {
        var baseline = await metrics.Against(view.Run, HeldAgainst.Baseline, cancel);
        var which = Enum.TryParse<HeldAgainst>(query("against"), ignoreCase: true, out var asked) ? asked : view.Family.Parent is not null ? HeldAgainst.Parent : HeldAgainst.Baseline;
        var against = which == HeldAgainst.Baseline ? baseline : await metrics.Against(view.Run, which, cancel);
        return view with { Against = against ?? await metrics.Against(view.Run, HeldAgainst.Previous, cancel), Baseline = baseline?.Name, OnlyDiffering = query("differs") == "1" };
    }

    private async Task<RunView> WithFile(RunView view, Func<string, string?> query, CancellationToken cancel)
    {
        if (query("file") is { Length: > 0 } file)
        {
            var row = int.TryParse(query("row"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
            var preview = await ArtifactPreview.Read(files, view.Run, file, row, cancel);
            return view with { Preview = preview, FileMissing = preview is null };
        }
        if (query("path") is not { Length: > 0 } path)
            return view;
        var (find, after) = (query("find") ?? "", query("after") ?? "");
        var folder = await ArtifactTree.Folder(files, view.Run, path == "." ? "" : path, after, RunFolder.AtOnce, cancel, find);
        return view with { Folder = folder, FileMissing = folder is null, Find = find, After = after };
    }

    private async Task<IReadOnlyList<MadeModel>> Made(RunView view, CancellationToken cancel)
    {
        var ids = view.Family.Models.Select(m => m.ModelId).ToArray();
        if (ids.Length == 0)
            return [];
        var (parameters, _, values) = await models.Details(ids, cancel);
        var made = new List<MadeModel>();
        foreach (var model in await models.Read(ids, cancel))
        {
            var inside = await files.List($"artifacts/{model.ExperimentId}/models/{model.ModelId}/artifacts", cancel) ?? [];
            made.Add(new(model, [.. parameters[model.ModelId]], [.. values[model.ModelId]], [.. inside.Take(FilesOfModel)]));
        }
        return made;
    }
}
