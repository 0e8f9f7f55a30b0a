using System.Reflection;
using Crucible.Modules;
using Microsoft.AspNetCore.Mvc.ApplicationParts;

namespace Crucible.Host.Plugins;

/// <summary>Every plugin found at start, what became of it, and what the running ones offer.</summary>
internal sealed class PluginCatalogue(IReadOnlyList<Plugin> plugins, ModuleOffer ground)
{
    public IReadOnlyList<Plugin> Plugins { get; } = plugins;

    /// <summary>The host's own offer first, then those of the plugins that were configured.</summary>
    public IEnumerable<ModuleOffer> Offers => Plugins.Select(p => p.Offer).OfType<ModuleOffer>().Prepend(ground);

    /// <summary>Offers of what runs at this moment: an admin may have switched one off since the start.</summary>
    public IEnumerable<ModuleOffer> Running => Offers.Where(o => IsRunning(o.Info.Id));

    public Plugin? Find(string id) => Plugins.FirstOrDefault(p => p.Id == id);

    public bool IsRunning(string id) => id == ground.Info.Id || Find(id) is { State: PluginState.Running };

    public Plugin? OwnerOf(Assembly assembly) => Plugins.FirstOrDefault(p => p.Assembly == assembly);

    /// <summary>Hands the plugins' services, pages and permissions to the host being built.</summary>
    public void AddTo(WebApplicationBuilder builder, IMvcBuilder mvc)
    {
        foreach (var offer in Offers)
        {
            foreach (var service in offer.Services)
                builder.Services.Add(service);
            foreach (var permission in offer.Permissions)
                builder.Services.AddSingleton(permission);
            foreach (var job in offer.Jobs)
                builder.Services.AddTransient(job.Job);
        }
        foreach (var plugin in Plugins.Where(p => p.Offer is not null))
            foreach (var part in ApplicationPartFactory.GetApplicationPartFactory(plugin.Assembly!).GetApplicationParts(plugin.Assembly!))
                mvc.PartManager.ApplicationParts.Add(part);
    }

    /// <summary>Maps the plugins' endpoints. One that fails to map is taken out; the rest of the host serves.</summary>
    public void MapTo(WebApplication app)
    {
        foreach (var plugin in Plugins.Where(p => p.Offer is not null))
            try
            {
                var group = app.MapGroup("").WithMetadata(new PluginOwner(plugin.Id));
                foreach (var map in plugin.Offer!.Endpoints)
                    map(group);
            }
            catch (Exception fault)
            {
                app.Logger.LogError(fault, "Plugin {Plugin} failed to map its endpoints", plugin.Id);
                plugin.Fail($"It failed while its endpoints were mapped: {fault.Message}", fault);
            }
    }
}

/// <summary>Marks an endpoint as belonging to a plugin.</summary>
internal sealed record PluginOwner(string Id);
