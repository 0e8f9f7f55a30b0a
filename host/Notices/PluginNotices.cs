using Crucible.Data;
using Crucible.Host.Plugins;
using Crucible.Notices;
using Crucible.People;

namespace Crucible.Host.Notices;

/// <summary>Tells those who look after plugins which of them did not start.</summary>
internal sealed class PluginNotices(PluginCatalogue catalogue, Database database, INotices notices, ILogger<PluginNotices> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            await using var write = await database.Write(Actor.System("start"), stopping);
            foreach (var plugin in catalogue.Plugins.Where(p => p.State == PluginState.Failed))
                await notices.NotifyHolders(write, "crucible.plugins", new("crucible.plugin-failed", $"The plugin {plugin.Title} does not run", "/admin/plugins")
                {
                    Text = plugin.Reason,
                    Status = "failed",
                    Key = plugin.Id,
                }, stopping);
            await write.Commit(stopping);
        }
        catch (Exception fault) when (!stopping.IsCancellationRequested)
        {
            logger.LogError(fault, "Nobody could be told about the plugins that do not run");
        }
        catch (OperationCanceledException)
        {
            // stopping
        }
    }
}
