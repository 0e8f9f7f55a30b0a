using Crucible.Data;
using Crucible.Host.Plugins;

namespace Crucible.Host.Retention;

/// <summary>How long each kind of data is kept here: the declared days, or those of the setting.</summary>
internal sealed class RetentionPlan(PluginCatalogue catalogue, IConfiguration configuration)
{
    public IReadOnlyList<(RetentionRule Rule, int Days)> Kinds => [.. catalogue.Running.SelectMany(o => o.Retention).Select(r => (r, DaysOf(r)))];

    /// <summary>What is wrong in the settings, in sentences for an admin.</summary>
    public IEnumerable<string> Faults => catalogue.Offers.SelectMany(o => o.Retention)
        .Where(r => configuration[Key(r)] is { } set && (!int.TryParse(set, out var days) || days < r.Least))
        .Select(r => $"{Key(r)} is '{configuration[Key(r)]}', which is no number of days from {r.Least} up. {r.What} are kept for {r.Days} days instead.");

    private int DaysOf(RetentionRule rule) => int.TryParse(configuration[Key(rule)], out var days) && days >= rule.Least ? days : rule.Days;

    private static string Key(RetentionRule rule) => $"Crucible:Retention:{rule.Plugin}:{rule.Kind}";
}
