using Crucible.Host.Data;
using Crucible.Host.Plugins;
using Dapper;
using Npgsql;

namespace Crucible.Host.Commands;

/// <summary>What is in the plugins folder and whether it would run.</summary>
internal sealed class ListPlugins : ICommand
{
    public string Words => "plugins list";
    public string Takes => "";
    public string What => "the installed plugins and their state";

    public async Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel)
    {
        if (given.Count > 0)
            return await CommandLine.Misunderstood(ground, this);
        await using var connection = await Connect(ground, cancel);
        var disabled = connection is null ? [] : (await connection.QueryAsync<string>("select id from crucible.plugin where not enabled")).ToHashSet();
        var plugins = ground.Plugins(disabled);
        if (plugins.Count == 0)
            await ground.Output.WriteLineAsync($"There are no plugins in {Ground.PluginsPath(ground.Configuration)}.");
        foreach (var plugin in plugins)
            await ground.Output.WriteLineAsync($"{plugin.Id,-24}{plugin.Info?.Version ?? "–",-12}{plugin.State.ToString().ToLowerInvariant(),-10}{await Reason(connection, plugin)}".TrimEnd());
        return plugins.Any(p => p.State == PluginState.Failed) ? 1 : 0;
    }

    private static async Task<string> Reason(NpgsqlConnection? connection, Plugin plugin)
    {
        if (plugin.Reason is not null || connection is null || plugin.State != PluginState.Running)
            return plugin.Reason ?? "";
        try
        {
            var pending = await Migrator.Pending(connection, plugin.Id, Migration.In(plugin.Assembly!));
            return pending.Count == 0 ? "" : $"the next start applies {string.Join(", ", pending.Select(m => m.Name))}";
        }
        catch (MigrationFault fault)
        {
            plugin.Fail(fault.Message);
            return fault.Message;
        }
    }

    /// <summary>Null where there is no database, or nothing of ours in it.</summary>
    private static async Task<NpgsqlConnection?> Connect(CommandGround ground, CancellationToken cancel)
    {
        if (!ground.HasDatabase)
            return null;
        var connection = new NpgsqlConnection(await ground.Database(make: false, cancel));
        await connection.OpenAsync(cancel);
        if (await connection.ExecuteScalarAsync<bool>("select to_regclass('crucible.plugin') is not null"))
            return connection;
        await connection.DisposeAsync();
        return null;
    }
}
