using Crucible.Host.Plugins;
using Crucible.Modules;

namespace Crucible.Host.Jobs;

/// <summary>The jobs that plugins declared. A run names one of these or is not run: no text of a row becomes a type or a method.</summary>
internal sealed class DeclaredJobs(PluginCatalogue catalogue)
{
    /// <summary>Of every plugin that was loaded, switched on or not.</summary>
    public IEnumerable<JobRule> All => catalogue.Offers.SelectMany(o => o.Jobs);

    /// <summary>Of those that run at this moment.</summary>
    public IEnumerable<JobRule> Running => catalogue.Running.SelectMany(o => o.Jobs);

    public JobRule? Find(string key) => All.FirstOrDefault(j => j.Key == key);

    public string TitleOf(string key) => Find(key)?.Title ?? key;

    public string PluginTitle(string id) => id == "crucible" ? "Crucible" : catalogue.Find(id)?.Title ?? id;

    /// <summary>Whether all that a plugin declares is known here.</summary>
    public bool IsLoaded(string plugin) => catalogue.Offers.Any(o => o.Info.Id == plugin);

    public bool IsSwitchedOff(JobRule rule) => !catalogue.IsRunning(rule.Plugin);
}
