using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Crucible.Experiments.Fragments;
using Crucible.Experiments.Live;
using Crucible.Ui;
using Microsoft.AspNetCore.Mvc;

namespace Crucible.Experiments.Pages;

/// <summary>Up to six runs side by side, live.</summary>
public sealed class CompareModel(RunReader reader, RunDetailStore details, RunTableStore tables, SearchStore search, SeriesStore series, ExperimentStore experiments, Database database) : PluginPage
{
    /// <summary>What the page shows.</summary>
    public CompareView View { get; private set; } = null!;

    /// <summary>Runs that could be added.</summary>
    public IReadOnlyList<RunRow> Others { get; private set; } = [];

    /// <summary>This page, with the host.</summary>
    public string Link => $"{Request.Scheme}://{Request.Host}{View.Url()}";

    /// <summary>The page, or the part of it that <paramref name="part"/> names.</summary>
    public async Task<IActionResult> OnGet(string? part, CancellationToken cancel)
    {
        var asked = Request.Query["runs"].OfType<string>().SelectMany(r => r.Split(',')).Select(r => RunId.TryRead(r, out var id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty).Distinct().Take(CompareView.Most + 1).ToList();
        var tooMany = asked.Count > CompareView.Most;
        asked = [.. asked.Take(CompareView.Most)];
        var topics = asked.Select(Topics.Run).ToList();
        var cursor = await database.CursorOf(topics, cancel);
        // What this visitor may not see is left out, as if it did not exist.
        var seen = new List<Guid>();
        foreach (var id in asked)
            if (await reader.Find(id, Actor, cancel) is not null)
                seen.Add(id);
        if (seen.Count == 0)
            return NotFound();
        View = new(await details.Read([.. seen], cancel), await series.OfRuns([.. seen], cancel), ChartFilter.Read(Query)) { TooMany = tooMany, All = Query("all") == "1", Skip = int.TryParse(Query("skip"), out var skip) ? Math.Clamp(skip, 0, 100_000) : 0 };
        if (part == "metrics")
            return await Fragment<CompareTables>((nameof(CompareTables.View), View));
        if (part == "panel")
            return await Panel(Query("key") ?? "", cancel);
        View = View with { Charts = await Charts(View.Shown.Skip(View.Skip).Take(CompareView.PanelsAtOnce), cancel) };
        if (part == "more")
            return await Fragment<CompareCharts>((nameof(CompareCharts.View), View));
        await Frame(seen, topics, cursor, cancel);
        return Page();
    }

    private async Task Frame(List<Guid> seen, List<Crucible.Live.Topic> topics, Crucible.Live.Cursor cursor, CancellationToken cancel)
    {
        var home = View.Runs[0].Row.ExperimentId;
        var name = (await experiments.Find(home, Actor, cancel))?.Name ?? "Experiment";
        Shell.Of(HttpContext).Page("Compare", ("Experiments", Address.Experiments), (name, Address.Experiment(home))).Listen(cursor, topics.Where(t => seen.Any(s => Topics.Run(s) == t)));
        var newest = await search.Runs(RunFilter.All, SearchOrder.Default, [home], ViewType.Active, 16, 0, Actor, cancel);
        Others = (await tables.Rows([.. newest.Except(seen).Take(10)], cancel)).Runs;
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
