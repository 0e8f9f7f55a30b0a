using System.Collections.Frozen;
using Crucible.Host.Plugins;
using Crucible.Live;
using Crucible.Modules;

namespace Crucible.Host.Live;

/// <summary>The topics and live rules of every running plugin, by name.</summary>
internal sealed class LiveRules
{
    private readonly FrozenDictionary<string, (string Plugin, TopicKind Kind)> _topics;
    private readonly ILookup<string, LiveRule> _rules;
    private readonly PluginCatalogue _catalogue;

    public LiveRules(PluginCatalogue catalogue)
    {
        _catalogue = catalogue;
        _topics = catalogue.Offers.SelectMany(o => o.Topics.Select(t => (o.Info.Id, t))).ToFrozenDictionary(t => t.t.Kind);
        _rules = catalogue.Offers.SelectMany(o => o.Live).ToLookup(r => r.Kind);
    }

    public TopicKind? Kind(string name) =>
        _topics.TryGetValue(name, out var topic) && _catalogue.IsRunning(topic.Plugin) ? topic.Kind : null;

    public IEnumerable<LiveRule> For(string change) => _rules[change];
}
