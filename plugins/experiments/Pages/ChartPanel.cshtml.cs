using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Fragments;
using Crucible.Live;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Crucible.Experiments.Pages;

/// <summary>One panel of charts, drawn by its kind.</summary>
public sealed class ChartPanelModel(ExperimentStore experiments, ChartReader reader) : PluginPage
{
    private const int UsualWidth = 800;

    /// <summary>The panel that the address describes, of the runs that it chooses.</summary>
    public async Task<IActionResult> OnGet(long id, CancellationToken cancel)
    {
        if (BoardPanel.Read(Request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.ToString()))) is not { } panel || PanelKinds.Find(panel.Kind) is not { } kind
            || await experiments.Find(id, Actor, cancel) is not { } experiment)
            return NotFound();
        var services = HttpContext.RequestServices;
        var request = new PanelRequest(experiment, panel, await reader.Choose(id, Query, Actor, cancel), ChartFilter.Read(Query), services)
        {
            AllRuns = (most, stop) => reader.Wide(id, Query, most, Actor, stop),
            Width = int.TryParse(Query("w"), out var width) ? Math.Clamp(width, 100, 4000) : UsualWidth,
        };
        return await kind.Draw(request, cancel) is { } drawing
            ? Content(await services.GetRequiredService<FragmentRenderer>().Render(drawing.Component, drawing.Parameters.ToDictionary(p => p.Name, p => p.Value)), "text/html; charset=utf-8") : NotFound();
    }
}
