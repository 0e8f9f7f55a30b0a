using Crucible.Data;
using Crucible.Host.Plugins;
using Crucible.Modules;
using Crucible.People;
using Crucible.Ui;
using Dapper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Crucible.Host.Pages.Admin;

/// <summary>Every plugin found, what it offers, and why one does not run.</summary>
[Authorize("crucible.plugins")]
internal sealed class PluginsModel(PluginCatalogue catalogue, PluginSwitch switches, Database database, IConfiguration configuration) : PageModel
{
    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public string Path => configuration["Crucible:PluginsPath"] ?? System.IO.Path.Combine(AppContext.BaseDirectory, "plugins");

    public async Task OnGet(CancellationToken cancel)
    {
        Shell.Of(HttpContext).Page("Plugins", ("Admin", "/admin")).Listen(await database.CursorOf([PluginSwitch.Topic], cancel), PluginSwitch.Topic);
        await using var connection = await database.Open(cancel);
        var off = (await connection.QueryAsync<string>(new CommandDefinition("select id from crucible.plugin where not enabled", cancellationToken: cancel))).ToHashSet();
        Rows = [.. catalogue.Plugins.OrderBy(p => p.Title, StringComparer.OrdinalIgnoreCase).Select(p => new Row(p, !off.Contains(p.Id)))];
    }

    public Task<IActionResult> OnPostEnable([FromForm] string id, CancellationToken cancel) => Switch(id, true, cancel);

    public async Task<IActionResult> OnPostDisable([FromForm] string id, CancellationToken cancel)
    {
        if (catalogue.Running.FirstOrDefault(o => o.Info.Requires.Contains(id)) is { } dependent)
        {
            TempData["Notice"] = $"{id} stays on: {dependent.Info.Title} requires it. Disable that one first.";
            return RedirectToPage();
        }
        return await Switch(id, false, cancel);
    }

    private async Task<IActionResult> Switch(string id, bool enabled, CancellationToken cancel)
    {
        if (catalogue.Find(id) is null)
            return NotFound();
        await switches.Set(id, enabled, Actor.Of(HttpContext), cancel);
        return RedirectToPage();
    }

    internal sealed record Row(Plugin Plugin, bool Enabled)
    {
        public string Status => Plugin.State switch { PluginState.Running => "completed", PluginState.Disabled => "cancelled", _ => "failed" };

        public string? Note => Plugin.Reason
            ?? (Plugin.State == PluginState.Disabled && Enabled ? "It starts when Crucible is restarted: a plugin that was off is not loaded." : null);

        public string Offers => Plugin.Offer is not { } offer ? "—" : string.Join(", ", Counts(offer).Where(c => c.Count > 0).Select(c => $"{c.Count} {c.Name}{(c.Count == 1 ? "" : "s")}"));

        private static (int Count, string Name)[] Counts(ModuleOffer offer) =>
            [(offer.Nav.Count, "rail link"), (offer.Tiles.Count, "tile"), (offer.Topics.Count, "topic"), (offer.Live.Count, "live rule"), (offer.Reactions.Count, "reaction"), (offer.Jobs.Count, "job"), (offer.Permissions.Count, "permission"), (offer.Endpoints.Count, "endpoint group"), (offer.HealthChecks.Count, "health check")];
    }
}
