using Crucible.Data;
using Crucible.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Host.Plugins;

/// <summary>An admin switched a plugin on or off.</summary>
/// <param name="Plugin">Its id.</param>
/// <param name="Enabled">On or off.</param>
internal sealed record PluginSwitched(string Plugin, bool Enabled);

/// <summary>
/// Remembers which plugins are switched off. Switching takes effect at once on every host for a plugin that was
/// loaded; one that was off at start is loaded by the next start.
/// </summary>
internal sealed class PluginSwitch(Database database, PluginCatalogue catalogue)
{
    public static readonly Topic Topic = new("plugins", "all");

    public async Task Set(string id, bool enabled, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        await write.Connection.ExecuteAsync("""
            insert into crucible.plugin (id, enabled, changed_by) values (@id, @enabled, @by)
            on conflict (id) do update set enabled = excluded.enabled, changed_by = excluded.changed_by, changed_at = now()
            """, new { id, enabled, by = actor.UserName });
        write.Tell("crucible", Topic, new PluginSwitched(id, enabled));
        write.Audit(enabled ? "plugin.enable" : "plugin.disable", $"plugin:{id}", catalogue.Find(id)?.Title ?? id);
        await write.Commit(cancel);
        Apply(id, enabled);
    }

    /// <summary>Reads what any host decided and applies it to this one.</summary>
    public async Task Apply(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        foreach (var (id, enabled) in await connection.QueryAsync<(string, bool)>(new CommandDefinition("select id, enabled from crucible.plugin", cancellationToken: cancel)))
            Apply(id, enabled);
    }

    private void Apply(string id, bool enabled)
    {
        if (catalogue.Find(id) is not { IsLoaded: true } plugin)
            return;
        if (enabled)
            plugin.Enable();
        else
            plugin.Disable();
    }
}
