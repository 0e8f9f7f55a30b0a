using Crucible.Data;
using Crucible.Host.Plugins;
using Crucible.Live;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages;

/// <summary>The start: one tile for each thing that plugins want seen.</summary>
internal sealed class IndexModel(PluginCatalogue catalogue, FragmentRenderer renderer, Database database, TimeProvider time, ILogger<IndexModel> logger) : PageModel
{
    public IReadOnlyList<Tile> Tiles { get; private set; } = [];

    public string Greeting => time.GetUtcNow().Hour switch { < 5 => "Good night", < 12 => "Good morning", < 18 => "Good afternoon", _ => "Good evening" } + ", " + Actor.Of(HttpContext).DisplayName;

    /// <summary>One tile without a frame, as its region fetches it.</summary>
    public bool Alone { get; private set; }

    public async Task<IActionResult> OnGet(string? tile, CancellationToken cancel)
    {
        var actor = Actor.Of(HttpContext);
        var wanted = catalogue.Running.SelectMany(o => o.Tiles).Where(t => tile is null || t.Id == tile).OrderBy(t => t.Order).ToList();
        if (tile is null)
        {
            var topics = wanted.SelectMany(t => t.Topics?.Invoke(actor) ?? []).ToList();
            Shell.Of(HttpContext).Page("Home").Listen(await database.CursorOf(topics, cancel), topics);
            foreach (var plugin in catalogue.Plugins.Where(p => p.State == PluginState.Running))
                PluginAssets.AddTo(Shell.Of(HttpContext), plugin);
        }
        var tiles = new List<Tile>();
        foreach (var one in wanted)
            tiles.Add(new(one.Id, one.Title, one.Url, await Body(one, actor, cancel)));
        (Tiles, Alone) = (tiles, tile is not null);
        return tile is null || tiles.Count == 1 ? Page() : NotFound();
    }

    // A tile that fails is a tile that says so: the start page belongs to every plugin.
    private async Task<IHtmlContent> Body(HomeTile tile, Actor actor, CancellationToken cancel)
    {
        try
        {
            var model = await tile.Load(HttpContext.RequestServices, actor, cancel);
            return new HtmlString(await renderer.Render(tile.Component, new Dictionary<string, object?> { ["Model"] = model }));
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogError(fault, "The tile {Tile} failed, reference {Reference}", tile.Id, HttpContext.TraceIdentifier);
            return new HtmlContentBuilder().AppendHtml("<p class=\"empty\">This tile failed. Reference ").Append(HttpContext.TraceIdentifier).AppendHtml("</p>");
        }
    }

    internal sealed record Tile(string Id, string Title, string Url, IHtmlContent Body);
}
