using Crucible.Host.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crucible.Host.Commands;

/// <summary>Brings the database up to date without serving, for whoever does that apart from the start.</summary>
internal sealed class MigrateCommand : ICommand
{
    public string Words => "migrate";
    public string Takes => "";
    public string What => "bring the database up to date without serving";

    public async Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel)
    {
        if (given.Count > 0)
            return await CommandLine.Misunderstood(ground, this);
        await using var source = Ground.Connect(await ground.Database(make: true, cancel));
        var own = await Ground.MigrateGround(source, NullLoggerFactory.Instance, cancel);
        var (plugins, applied) = await Ground.LoadPlugins(source, ground.Configuration, NullLoggerFactory.Instance, cancel);
        foreach (var (module, migration) in own.Select(m => ("crucible", m)).Concat(applied))
            await ground.Output.WriteLineAsync($"{module}: {migration}");
        if (own.Count + applied.Count == 0)
            await ground.Output.WriteLineAsync("The database was up to date.");
        var failed = plugins.Where(p => p.State == PluginState.Failed).ToList();
        foreach (var plugin in failed)
            await ground.Errors.WriteLineAsync($"{plugin.Id}: not migrated. {plugin.Reason}");
        return failed.Count == 0 ? 0 : 1;
    }
}
