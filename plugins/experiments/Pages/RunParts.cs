using System.Globalization;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Console;
using Crucible.Experiments.Fragments;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

// What the page of a run reads, and the parts of it that are asked for alone.
public sealed partial class RunModel
{
    private void Frame()
    {
        var shell = Shell.Of(HttpContext).Page(View.Run.Name, ("Experiments", Address.Experiments), (View.Experiment.Name, Address.Experiment(View.Experiment.ExperimentId))).Style("/assets/experiments/run.css");
        shell.Scripts.Add("/assets/experiments/run.js");
    }

    private async Task<RunView?> Read(Guid id, CancellationToken cancel)
    {
        var tab = Query("tab") is { } name && TabNames.Contains(name) ? name : "charts";
        return await reader.Read(id, ChartFilter.Read(Query), Actor, ArtifactOpen.Read(Query("open")), cancel) is { } view
            ? view with { Tab = tab, Edit = HttpContext.Request.Method == "GET" ? Query("edit") : null, ParamSearch = Query("q") ?? "" } : null;
    }

    private async Task<RunView> Complete(RunView view, CancellationToken cancel)
    {
        if (view.Tab is "charts" or "system")
            view = await reader.WithCurves(view, 0, cancel);
        view = await tabs.Complete(view, Query, cancel);
        return view with { Token = view.MayWrite ? Token : null };
    }

    private async Task<IActionResult> Panel(Guid id, CancellationToken cancel)
    {
        if (await reader.Find(id, Actor, cancel) is not { } run || await reader.Panel(run, Query("key") ?? "", Query("hero") == "1", ChartFilter.Read(Query), cancel) is not { } curve)
            return NotFound();
        var steps = TotalSteps.Of((await tables.Params(id, TotalSteps.Keys, cancel)).Select(p => (p.Key, p.Value)));
        return await Fragment<RunPanel>((nameof(RunPanel.Curve), curve), (nameof(RunPanel.Filter), ChartFilter.Read(Query)), (nameof(RunPanel.Hero), Query("hero") == "1"), (nameof(RunPanel.Steps), steps));
    }

    /// <summary>Lines of the console before or behind a number.</summary>
    private async Task<IActionResult> Lines(Guid id, CancellationToken cancel)
    {
        if (await reader.Find(id, Actor, cancel) is null)
            return NotFound();
        var from = long.TryParse(Query("after"), NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after : (long?)null;
        var filter = new ConsoleFilter(ConsoleLevel.Read(Query("level")), Wording.Whole(Wording.Cut(Query("q") ?? "", 500)).Replace("\0", "", StringComparison.Ordinal), null);
        var before = long.TryParse(Query("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
        var lines = from is { } behind ? await console.After(id, behind, filter, RunLogView.AtOnce, cancel) : await console.Before(id, before, filter, RunLogView.AtOnce, cancel);
        return await Fragment<LogLines>((nameof(LogLines.Id), Dom.RunLog(id)), (nameof(LogLines.Lines), lines.Select(RunLogView.Drawn)));
    }

    private async Task<IActionResult> Part(string part, CancellationToken cancel)
    {
        var run = View.Run;
        var skip = int.TryParse(Query("skip"), out var number) ? Math.Clamp(number, 0, 1_000_000) : 0;
        return part switch
        {
            "head" => await Fragment<RunHead>((nameof(RunHead.Run), run), (nameof(RunHead.Tags), View.Tags), (nameof(RunHead.Parent), View.Family.Parent), (nameof(RunHead.Archived), View.Detail.ArchivedAt)),
            "progress" => await Fragment<RunProgress>((nameof(RunProgress.Run), run), (nameof(RunProgress.Step), View.Last.Step), (nameof(RunProgress.At), View.Last.At), (nameof(RunProgress.Steps), View.Steps)),
            "charts" or "more" => await Fragment<RunCharts>((nameof(RunCharts.View), await reader.WithCurves(View, skip, cancel)), (nameof(RunCharts.Skip), skip), (nameof(RunCharts.Alone), part == "charts")),
            "params" => await Params(await tabs.WithAgainst(View, Query, cancel)),
            "metrics" => await Fragment<RunMetricRegion>((nameof(RunMetricRegion.Run), run), (nameof(RunMetricRegion.Table), (await tabs.WithTable(View, Query, cancel)).Table)),
            "tags" => await Fragment<RunTags>((nameof(RunTags.RunId), run.RunId), (nameof(RunTags.Tags), View.Tags)),
            "links" => await Fragment<RunLinks>((nameof(RunLinks.Detail), View.Detail), (nameof(RunLinks.Family), View.Family)),
            "artifacts" => await Fragment<RunArtifacts>((nameof(RunArtifacts.RunId), run.RunId), (nameof(RunArtifacts.Files), View.Files), (nameof(RunArtifacts.Current), Query("file") ?? Query("path")), (nameof(RunArtifacts.Tab), View.Tab == "charts" ? null : View.Tab)),
            _ => NotFound(),
        };
    }

    private async Task<IActionResult> Params(RunView view) => await Fragment<RunParams>((nameof(RunParams.RunId), view.Run.RunId), (nameof(RunParams.Params), view.Detail.Params), (nameof(RunParams.Search), view.ParamSearch),
        (nameof(RunParams.Wide), Query("wide") == "1"), (nameof(RunParams.Against), view.Against), (nameof(RunParams.OnlyDiffering), view.OnlyDiffering));
}
