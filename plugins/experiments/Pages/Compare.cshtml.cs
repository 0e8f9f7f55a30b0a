using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Files;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>Up to six runs side by side, live.</summary>
public sealed class CompareModel(RunReader reader, RunDetailStore details, RunTableStore tables, SearchStore search, SeriesStore series, SpreadStore spreads, ExperimentStore experiments, IFileStore files, TimeProvider time, Database database) : PluginPage
{
    /// <summary>What the page shows.</summary>
    public CompareView View { get; private set; } = null!;

    /// <summary>Runs that could be added.</summary>
    public IReadOnlyList<RunRow> Others { get; private set; } = [];

    /// <summary>What was compared line by line; null before it was asked for.</summary>
    public RunDifference? Diff { get; private set; }

    /// <summary>This page, with the host.</summary>
    public string Link => $"{Request.Scheme}://{Request.Host}{View.Url()}";

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(string? part, CancellationToken cancel)
    {
        var asked = Asked();
        var topics = asked.Take(CompareView.Most).Select(Topics.Run).ToList();
        var cursor = await database.CursorOf(topics, cancel);
        if (!await Read(asked, cancel))
            return NotFound();
        switch (part)
        {
            case "metrics":
                return await Fragment<CompareTables>((nameof(CompareTables.View), View));
            case "panel":
                return await Panel(Query("key") ?? "", cancel);
            case "diff":
                return await Fragment<CompareDiff>((nameof(CompareDiff.View), View), (nameof(CompareDiff.Diff), await Difference(cancel)));
        }
        View = View with { Charts = await Charts(View.Shown.Skip(View.Skip).Take(CompareView.PanelsAtOnce), cancel) };
        if (part == "more")
            return await Fragment<CompareCharts>((nameof(CompareCharts.View), View));
        View = View with { Spreads = await spreads.Of([.. View.Ids], [.. View.Common.Take(4)], cancel) };
        // Without script the choice of what to compare line by line is a part of the page's address.
        if (Query("what") is not null)
            Diff = await Difference(cancel);
        await Frame(topics, cursor, cancel);
        return Page();
    }

    /// <summary>The comparison as a file.</summary>
    public async Task<IActionResult> OnGetExport(string? format, CancellationToken cancel)
    {
        if (!ComparisonExport.Formats.TryGetValue(format ?? "", out var known) || !await Read(Asked(), cancel))
            return NotFound();
        return File(ComparisonExport.Write(View, format!, time.GetUtcNow()), known.Type, $"comparison.{format}");
    }

    private List<Guid> Asked() => [.. Request.Query["runs"].OfType<string>().SelectMany(r => r.Split(',')).Select(r => RunId.TryRead(r, out var id) ? id : Guid.Empty)
        .Where(id => id != Guid.Empty).Distinct().Take(CompareView.MostOverlaid + 1)];

    private async Task<bool> Read(List<Guid> asked, CancellationToken cancel)
    {
        // What this visitor may not see is left out, as if it did not exist.
        var seen = await tables.Visible([.. asked.Take(CompareView.MostOverlaid)], Actor, cancel);
        if (seen.Count == 0)
            return false;
        Guid[] shown = [.. seen.Take(CompareView.Most)];
        View = new(await details.Read(shown, cancel), await series.OfRuns(shown, cancel), ChartFilter.Read(Query))
        {
            Asked = seen,
            TooMany = asked.Count > CompareView.MostOverlaid,
            All = Query("all") == "1",
            Skip = int.TryParse(Query("skip"), out var skip) ? Math.Clamp(skip, 0, 100_000) : 0,
        };
        var of = await experiments.Read([.. View.Runs.Select(r => r.Row.ExperimentId).Distinct()], cancel);
        var goals = await Get<MetricGoalStore>().Of([.. of.Select(e => e.ExperimentId)], cancel);
        // Of a metric that several experiments have, the word of the first run's experiment counts.
        var said = View.Runs.Select(r => goals[r.Row.ExperimentId].Said).Distinct().SelectMany(g => g).GroupBy(g => g.Key).ToDictionary(g => g.Key, g => g.First().Value, StringComparer.Ordinal);
        var baseline = View.Runs.Select(r => of.FirstOrDefault(e => e.ExperimentId == r.Row.ExperimentId)?.BaselineRunId).FirstOrDefault(id => id is { } run && shown.Contains(run));
        View = View with
        {
            Experiments = of.ToDictionary(e => e.ExperimentId, e => e.Name),
            SmallIsGood = new MetricGoals(said).SmallIsGood,
            Baseline = baseline,
            Base = RunId.TryRead(Query("base") ?? "", out var against) && shown.Contains(against) ? against : Query("base") == CompareView.NoBase || shown.Length < 2 ? null : baseline,
        };
        return true;
    }

    private Task<RunDifference> Difference(CancellationToken cancel)
    {
        RunDetail Chosen(string name, int otherwise) => View.Runs.FirstOrDefault(r => RunId.TryRead(Query(name) ?? "", out var id) && r.Row.RunId == id) ?? View.Runs[Math.Min(otherwise, View.Runs.Count - 1)];
        return RunDifference.Read(files, Query("what") ?? "source", Chosen("left", 0), Chosen("right", 1), cancel);
    }

    private async Task Frame(List<Crucible.Live.Topic> topics, Crucible.Live.Cursor cursor, CancellationToken cancel)
    {
        var home = View.Runs[0].Row.ExperimentId;
        var name = View.Experiments.GetValueOrDefault(home) ?? "Experiment";
        Shell.Of(HttpContext).Page("Compare", ("Experiments", Address.Experiments), (name, Address.Experiment(home))).Listen(cursor, topics.Where(t => View.Ids.Any(s => Topics.Run(s) == t)));
        var newest = await search.Runs(RunFilter.All, SearchOrder.Default, [home], ViewType.Active, 16, 0, Actor, cancel);
        Others = (await tables.Rows([.. newest.Except(View.Asked).Take(10)], cancel)).Runs;
    }

    private async Task<IActionResult> Panel(string key, CancellationToken cancel)
    {
        var charts = await Charts([key], cancel);
        return charts is [{ Curves.Count: > 0 } chart]
            ? await Fragment<ComparePanel>((nameof(ComparePanel.Runs), View.Ids), (nameof(ComparePanel.Key), key), (nameof(ComparePanel.Curves), chart.Curves), (nameof(ComparePanel.Filter), View.Filter), (nameof(ComparePanel.Hero), Query("hero") == "1"))
            : NotFound();
    }

    private async Task<IReadOnlyList<(string Key, IReadOnlyList<RunCurve> Curves)>> Charts(IEnumerable<string> keys, CancellationToken cancel)
    {
        var wanted = keys.SelectMany(key => View.Runs.Select((run, place) => (Key: key, run.Row, Colour: place + 1, Line: View.Line(run.Row.RunId, key)))).Where(w => w.Line is not null).ToList();
        var curves = new RunCurve[wanted.Count];
        await Parallel.ForAsync(0, wanted.Count, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancel }, async (i, stop) =>
            curves[i] = await reader.Curve(wanted[i].Row, wanted[i].Line!, View.Lines.Where(l => l.RunId == wanted[i].Row.RunId), RunPanel.PanelColumns, View.Filter, stop) with { Colour = wanted[i].Colour });
        return [.. wanted.Zip(curves).GroupBy(w => w.First.Key).Select(g => (g.Key, (IReadOnlyList<RunCurve>)[.. g.Select(c => c.Second)]))];
    }
}
