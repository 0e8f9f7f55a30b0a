using System.Reflection;
using Crucible.Modules;

namespace Crucible.Host.Plugins;

/// <summary>Where a plugin stands, in the words of the admin page.</summary>
internal enum PluginState { Running, Disabled, Failed }

/// <summary>One folder of the plugins path, whatever became of it.</summary>
internal sealed class Plugin(string id, string folder)
{
    /// <summary>The module's id once it is known, the folder's name until then.</summary>
    public string Id { get; set; } = id;

    public string Folder { get; } = folder;
    public PluginState State { get; private set; } = PluginState.Running;

    /// <summary>Why it does not run, in a sentence for an admin.</summary>
    public string? Reason { get; private set; }

    /// <summary>The whole exception, for whoever wrote the plugin.</summary>
    public string? Details { get; private set; }

    public ModuleInfo? Info { get; set; }
    public ModuleOffer? Offer { get; set; }
    public ICrucibleModule? Module { get; set; }
    public Assembly? Assembly { get; set; }
    public PluginLoadContext? Context { get; set; }
    public TimeSpan LoadTime { get; set; }

    /// <summary>Loaded and configured, so that enabling it needs no restart.</summary>
    public bool IsLoaded => Offer is not null && State != PluginState.Failed;

    public string Title => Info?.Title ?? Id;

    public string? Assets => Directory.Exists(Path.Combine(Folder, "wwwroot")) ? Path.Combine(Folder, "wwwroot") : null;

    public void Fail(string reason, Exception? fault = null)
    {
        State = PluginState.Failed;
        Reason = reason;
        Details = fault?.ToString();
        Offer = null;
    }

    public void Disable() => State = PluginState.Disabled;

    public void Enable() => State = IsLoaded ? PluginState.Running : State;
}
