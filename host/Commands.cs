using Crucible.Data;
using Crucible.Host.People;
using Crucible.Host.Plugins;
using Crucible.Host.Postgres;
using Crucible.Modules;
using Npgsql;

namespace Crucible.Host;

/// <summary>
/// What can be asked for on the command line beside serving. A command works while Crucible runs: with the embedded
/// database it connects to the running server, and starts one for itself only where none runs.
/// </summary>
internal static class Commands
{
    /// <summary>Runs the command in these arguments; null when they hold none, else the exit code.</summary>
    public static async Task<int?> TryRun(string[] args, CancellationToken cancel)
    {
        if (args is not [not ['-', ..], ..])
            return null;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "Crucible.Host", ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        var data = DataPath.Resolve(builder.Configuration["Crucible:DataPath"]);
        await using var embedded = await Embedded(builder.Configuration, data, cancel);
        var connectionString = builder.Configuration.GetConnectionString("Crucible") is { Length: > 0 } given ? given
            : embedded?.ConnectionString ?? EmbeddedPostgres.Running(data)!;
        await using var source = NpgsqlDataSource.Create(connectionString);
        builder.Services.AddSingleton(source).AddSingleton<Database>();
        // Scopes that plugins add are given out on the account page, where the plugins are loaded.
        builder.Services.AddSingleton(new PluginCatalogue([], new ModuleOffer(new("crucible", "Crucible", ModuleInfo.SdkVersion))));
        builder.AddPeople();
        await using var app = builder.Build();
        if (await PeopleCommands.TryRun(args, app.Services, Console.Out, Console.Error, cancel) is { } code)
            return code;
        await Console.Error.WriteLineAsync($"There is no command '{string.Join(' ', args.Take(2))}'. The commands are:\n{PeopleCommands.Usage}");
        return 2;
    }

    private static async Task<EmbeddedPostgres?> Embedded(IConfiguration configuration, string data, CancellationToken cancel) =>
        configuration.GetConnectionString("Crucible") is { Length: > 0 } || EmbeddedPostgres.Running(data) is not null
            ? null
            : await EmbeddedPostgres.Start(data, Console.Error.WriteLine, TimeProvider.System, cancel, configuration["Crucible:PostgresBinaries"]);
}
