using System.ComponentModel.DataAnnotations;
using System.Diagnostics;
using System.Reflection;
using Crucible.Modules;
using NuGet.Versioning;

namespace Crucible.Host.Plugins;

/// <summary>
/// Finds, loads and configures the plugins of a folder. Whatever goes wrong with one is written down at that one and
/// the others go on.
/// </summary>
internal sealed class PluginLoader(IConfiguration configuration, ILogger logger)
{
    /// <param name="path">Holds one folder for each plugin; may be absent.</param>
    /// <param name="disabled">Ids an admin switched off: they are read but not configured.</param>
    public List<Plugin> Load(string path, IReadOnlySet<string> disabled)
    {
        return Load(Directory.Exists(path) ? Directory.EnumerateDirectories(path).Order(StringComparer.Ordinal) : [], disabled);
    }

    /// <param name="folders">One for each plugin; of two with the same id the first stays.</param>
    /// <param name="disabled">As above.</param>
    public List<Plugin> Load(IEnumerable<string> folders, IReadOnlySet<string> disabled)
    {
        var plugins = new List<Plugin>();
        foreach (var folder in folders)
            plugins.Add(Guarded(new(Path.GetFileName(folder), folder), Read));
        RefuseTwins(plugins);

        var ordered = InOrder(plugins);
        foreach (var plugin in ordered.Where(p => p.State != PluginState.Failed))
            Guarded(plugin, p => Configure(p, ordered, disabled));
        return ordered;
    }

    private Plugin Guarded(Plugin plugin, Action<Plugin> step)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            step(plugin);
        }
        catch (Exception fault)
        {
            var cause = Unwrap(fault);
            plugin.Fail(cause is PluginFault ? cause.Message : $"{Step(step)}: {cause.Message}", cause is PluginFault ? null : cause);
        }
        plugin.LoadTime += Stopwatch.GetElapsedTime(started);
        if (plugin.State == PluginState.Failed)
            logger.LogError("Plugin {Plugin} does not run. {Reason}", plugin.Id, plugin.Reason);
        return plugin;
    }

    private static string Step(Action<Plugin> step) => step.Method.Name == nameof(Read) ? "It could not be loaded" : "It failed while it was configured";

    private static Exception Unwrap(Exception fault) => fault switch
    {
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } => first,
        _ => fault,
    };

    private static void Read(Plugin plugin)
    {
        var described = Directory.GetFiles(plugin.Folder, "*.deps.json");
        if (described.Length != 1)
            throw new PluginFault($"The folder holds {described.Length} .deps.json files and must hold one. Build the plugin with EnableDynamicLoading and copy its whole output.");

        var main = described[0][..^".deps.json".Length] + ".dll";
        if (!File.Exists(main))
            throw new PluginFault($"{Path.GetFileName(main)} is missing beside its .deps.json. Copy the plugin's whole output.");

        plugin.Context = new(plugin.Id, main);
        plugin.Assembly = plugin.Context.LoadMain();
        var modules = plugin.Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(ICrucibleModule))).ToList();
        if (modules.Count != 1)
            throw new PluginFault($"{Path.GetFileName(main)} holds {modules.Count} public classes that implement ICrucibleModule and must hold one.");

        plugin.Module = (ICrucibleModule)Activator.CreateInstance(modules[0])!;
        plugin.Info = plugin.Module.Info;
        if (plugin.Info.Faults().ToList() is { Count: > 0 } faults)
            throw new PluginFault(string.Join(' ', faults));
        plugin.Id = plugin.Info.Id;

        if (!VersionRange.TryParse(plugin.Info.Sdk, out var range))
            throw new PluginFault($"Its SDK range '{plugin.Info.Sdk}' is not a version range such as [1.0,2.0).");
        if (!range.Satisfies(NuGetVersion.Parse(ModuleInfo.SdkVersion)))
            throw new PluginFault($"It needs SDK {plugin.Info.Sdk}; this host has {ModuleInfo.SdkVersion}. Install a build of the plugin for this host, or update the host.");
    }

    private static void RefuseTwins(List<Plugin> plugins)
    {
        foreach (var twins in plugins.Where(p => p.Info is not null).GroupBy(p => p.Id).Where(g => g.Count() > 1))
            foreach (var twin in twins.Skip(1))
            {
                twin.Id = Path.GetFileName(twin.Folder);
                twin.Fail($"Its id '{twins.Key}' is taken by the plugin in {Path.GetFileName(twins.First().Folder)}. Remove one of the two folders.");
            }
    }

    /// <summary>Required plugins first. One whose requirement is absent, failed or circular fails here.</summary>
    private List<Plugin> InOrder(List<Plugin> plugins)
    {
        var ordered = new List<Plugin>();
        var visiting = new HashSet<Plugin>();

        void Visit(Plugin plugin)
        {
            if (ordered.Contains(plugin))
                return;
            if (!visiting.Add(plugin))
                throw new PluginFault($"It requires itself through '{plugin.Id}'.");
            foreach (var id in plugin.Info?.Requires ?? [])
            {
                var required = plugins.FirstOrDefault(p => p.Id == id && p.Info is not null)
                    ?? throw new PluginFault($"It requires the plugin '{id}', which is not installed. Put it into the plugins folder and restart.");
                Visit(required);
                if (required.State == PluginState.Failed)
                    throw new PluginFault($"It requires the plugin '{id}', which does not run: {required.Reason}");
            }
            ordered.Add(plugin);
        }

        foreach (var plugin in plugins)
        {
            visiting.Clear();
            if (plugin.State != PluginState.Failed)
                Guarded(plugin, Visit);
            if (!ordered.Contains(plugin))
                ordered.Add(plugin);
        }
        return ordered;
    }

    private void Configure(Plugin plugin, List<Plugin> all, IReadOnlySet<string> disabled)
    {
        plugin.Context!.Requires = [.. plugin.Info!.Requires.Select(id => all.First(p => p.Id == id).Context!)];
        if (disabled.Contains(plugin.Id))
        {
            plugin.Disable();
            return;
        }
        foreach (var id in plugin.Info.Requires)
            if (all.First(p => p.Id == id) is { State: not PluginState.Running } required)
                throw new PluginFault($"It requires the plugin '{id}', which is {required.State.ToString().ToLowerInvariant()}.");

        _ = plugin.Assembly!.GetTypes(); // proves now, not at the first request, that everything it refers to is there
        var offer = new ModuleOffer(plugin.Info);
        var section = configuration.GetSection($"Crucible:Plugins:{plugin.Id}");
        plugin.Module!.Configure(new(offer, section));
        Bind(offer, section);
        foreach (var store in plugin.Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsGenericType: false } && t.Name.EndsWith("Store", StringComparison.Ordinal)))
            offer.Services.AddSingleton(store);
        plugin.Offer = offer;
    }

    private static void Bind(ModuleOffer offer, IConfigurationSection section)
    {
        var wrong = new List<string>();
        foreach (var type in offer.Options)
        {
            var value = section.Get(type) ?? Activator.CreateInstance(type)!;
            var results = new List<ValidationResult>();
            if (!Validator.TryValidateObject(value, new(value), results, validateAllProperties: true))
                wrong.AddRange(results.Select(r => $"{section.Path}:{string.Join(',', r.MemberNames)}: {r.ErrorMessage}"));
            offer.Services.AddSingleton(type, value);
        }
        if (wrong.Count > 0)
            throw new PluginFault($"Its settings are wrong. {string.Join(' ', wrong)}");
    }
}

/// <summary>A fault in words an admin can act on.</summary>
internal sealed class PluginFault(string message) : Exception(message);
