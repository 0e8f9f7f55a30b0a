using Crucible.Host.Plugins;
using Dapper;
using Npgsql;

namespace Crucible.Host.Commands;

/// <summary>Says of a built plugin whether this installation would run it. This process ends afterwards, and with it all that was loaded.</summary>
internal sealed class CheckPlugin : ICommand
{
    public string Words => "plugins check";
    public string Takes => "FOLDER";
    public string What => "whether the plugin in FOLDER would run here";

    public async Task<int> Run(CommandGround ground, IReadOnlyList<string> given, CancellationToken cancel)
    {
        if (given is not [[not '-', ..] folder])
            return await CommandLine.Misunderstood(ground, this);
        if (!Directory.Exists(folder))
        {
            await ground.Errors.WriteLineAsync($"There is no folder {folder}.");
            return 1;
        }
        var check = new PluginCheck(ground.Configuration, Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        check.Load();
        await DryRun(ground, check, cancel);
        foreach (var note in check.Notes)
            await ground.Output.WriteLineAsync(note);
        foreach (var fault in check.Faults)
            await ground.Errors.WriteLineAsync(fault);
        await ground.Output.WriteLineAsync($"{check.Name}: {(check.Faults.Count == 0 ? "would run." : "would not run.")}");
        return check.Faults.Count == 0 ? 0 : 1;
    }

    private static async Task DryRun(CommandGround ground, PluginCheck check, CancellationToken cancel)
    {
        if (check.Faults.Count > 0)
            return;
        if (!ground.HasDatabase)
        {
            check.Notes.Add("Its migrations were read but not tried: there is no database here.");
            return;
        }
        try
        {
            await using var connection = new NpgsqlConnection(await ground.Database(make: false, cancel));
            await connection.OpenAsync(cancel);
            if (await connection.ExecuteScalarAsync<bool>("select to_regclass('crucible.migration') is not null"))
                await check.TryMigrations(connection, cancel);
            else
                check.Notes.Add("Its migrations were read but not tried: the database holds no Crucible yet.");
        }
        catch (Exception fault) when (fault is StartupFailure or NpgsqlException and not PostgresException)
        {
            check.Notes.Add($"Its migrations were read but not tried: {fault.Message}");
        }
    }
}
