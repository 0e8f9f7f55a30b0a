using Crucible.Host.Plugins;
using Crucible.Host.Security;
using Crucible.Notices;
using Crucible.People;

namespace Crucible.Host.Notices;

/// <summary>The kinds of notice that the host and the plugins declared.</summary>
internal sealed class NoticeKinds(PluginCatalogue catalogue, Permissions permissions)
{
    /// <summary>The weekly mail: chosen like a kind, and never behind the bell.</summary>
    public const string Digest = "crucible.digest";

    public NoticeKind Find(string id) => catalogue.Offers.SelectMany(o => o.Notices).FirstOrDefault(k => k.Id == id)
        ?? throw new InvalidOperationException($"The notice kind '{id}' is not declared. Add module.Notice(new(\"{id[(id.IndexOf('.', StringComparison.Ordinal) + 1)..]}\", …)).");

    /// <summary>What this actor may switch, in the order of plugins.</summary>
    public IReadOnlyList<(string Plugin, NoticeKind Kind)> For(Actor actor) =>
        [.. catalogue.Running.SelectMany(o => o.Notices.Select(k => (o.Info.Title, k))).Where(k => k.k.Permission is null || permissions.Allows(actor, k.k.Permission))];
}
