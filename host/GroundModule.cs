using Crucible.Data;
using Crucible.Host.Plugins;
using Crucible.Jobs;
using Crucible.Modules;
using Crucible.People;
using Dapper;

namespace Crucible.Host;

/// <summary>What the host offers in the terms that plugins use: its topics, its live rules, its jobs.</summary>
internal static class GroundModule
{
    public static ModuleOffer Offer()
    {
        var offer = new ModuleOffer(new("crucible", "Crucible", ModuleInfo.SdkVersion));
        new ModuleBuilder(offer, new ConfigurationBuilder().Build())
            .Topic(new("plugins", (_, actor, _, _) => ValueTask.FromResult(actor.Role == Role.Admin)))
            .Topic(new("person", (_, actor, key, _) => ValueTask.FromResult(actor.PersonId?.ToString() == key)))
            .Live<PluginSwitched>((_, push) =>
            {
                push.Refresh("plugins");
                return ValueTask.CompletedTask;
            })
            .Every<TrimChangeLog>("0 20 * * * ?");
        return offer;
    }
}

/// <summary>Forgets news older than a week: nobody replays that far, the page is fetched again instead.</summary>
internal sealed class TrimChangeLog(Database database) : IBackgroundJob
{
    public async Task Run(IReadOnlyDictionary<string, string> arguments, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        // In slices, so that no writer waits behind one long delete.
        while (await connection.ExecuteAsync(new CommandDefinition("""
            delete from crucible.change where ctid = any(array(
                select ctid from crucible.change where at < now() - interval '7 days' limit 10000))
            """, cancellationToken: cancel)) > 0)
            cancel.ThrowIfCancellationRequested();
    }
}
