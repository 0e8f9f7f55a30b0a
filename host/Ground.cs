using Crucible.Host.Backup;
using Crucible.Host.Data;
using Crucible.Host.Plugins;
using Crucible.Host.Postgres;
using Crucible.Host.Telemetry;
using Dapper;
using Npgsql;

namespace Crucible.Host;

/// <summary>What must stand before the host can be built: a migrated database and the plugins found beside it.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private EmbeddedPostgres? _embedded;

    public required NpgsqlDataSource Source { get; init; }
    public required string ConnectionString { get; init; }
    public required string DataPath { get; init; }
    public PluginCatalogue Catalogue { get; private set; } = null!;

    public static async Task<Ground> Prepare(WebApplicationBuilder builder, Action<string> say, CancellationToken cancel)
    {
        var configuration = builder.Configuration;
        using var logs = Logs.ForStart(configuration);
        var data = Postgres.DataPath.Resolve(configuration["Crucible:DataPath"]);
        var connectionString = configuration.GetConnectionString("Crucible");
        EmbeddedPostgres? embedded = null;
        if (string.IsNullOrWhiteSpace(connectionString))
        {
            embedded = await EmbeddedPostgres.Start(data, say, TimeProvider.System, cancel, configuration["Crucible:PostgresBinaries"]);
            connectionString = embedded.ConnectionString;
        }
        var ground = new Ground { Source = Connect(connectionString), ConnectionString = connectionString, DataPath = data, _embedded = embedded };
        try
        {
            await MigrateGround(ground.Source, logs, cancel);
            var (plugins, _) = await LoadPlugins(ground.Source, configuration, logs, cancel);
            ground.Catalogue = new(plugins, GroundModule.Offer(BackupOptions.From(configuration, data)));
            configuration["Crucible:DataPath"] = data; // plugins keep their files below it
            return ground;
        }
        catch
        {
            await ground.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_embedded is not null)
            await _embedded.DisposeAsync();
        _embedded = null;
    }

    public static NpgsqlDataSource Connect(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "crucible", MaxAutoPrepare = 100, AutoPrepareMinUsages = 2 };
            return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        }
        catch (ArgumentException fault)
        {
            throw new StartupFailure($"ConnectionStrings:Crucible is not a connection string: {fault.Message} Write it as Host=…;Database=…;Username=…;Password=….");
        }
    }

    /// <summary>Brings the host's own schema up to date.</summary>
    /// <returns>What was applied now.</returns>
    public static async Task<IReadOnlyList<string>> MigrateGround(NpgsqlDataSource source, ILoggerFactory logs, CancellationToken cancel)
    {
        try
        {
            return await new Migrator(source, logs.CreateLogger("Crucible.Migrations")).Migrate("crucible", typeof(Ground).Assembly, cancel);
        }
        catch (MigrationFault fault)
        {
            throw new StartupFailure($"The database could not be brought up to date. {fault.Message}", 1, fault);
        }
        catch (NpgsqlException fault)
        {
            throw new StartupFailure($"The database does not answer: {fault.Message} Check ConnectionStrings:Crucible and that the server runs.", 1, fault);
        }
    }

    /// <summary>Loads the plugins and brings the schemas of those that run up to date.</summary>
    /// <returns>Every plugin found, and what was applied now.</returns>
    public static async Task<(IReadOnlyList<Plugin> Plugins, IReadOnlyList<(string Plugin, string Migration)> Applied)> LoadPlugins(
        NpgsqlDataSource source, IConfiguration configuration, ILoggerFactory logs, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        var disabled = (await connection.QueryAsync<string>("select id from crucible.plugin where not enabled")).ToHashSet();
        var plugins = new PluginLoader(configuration, logs.CreateLogger("Crucible.Plugins")).Load(PluginsPath(configuration), disabled);
        var migrator = new Migrator(source, logs.CreateLogger("Crucible.Migrations"));
        var applied = new List<(string, string)>();
        foreach (var plugin in plugins.Where(p => p.State == PluginState.Running))
            try
            {
                if (plugin.Info!.Requires.FirstOrDefault(id => plugins.First(p => p.Id == id).State != PluginState.Running) is { } required)
                    throw new PluginFault($"It requires the plugin '{required}', which does not run.");
                applied.AddRange((await migrator.Migrate(plugin.Id, plugin.Assembly!, cancel)).Select(migration => (plugin.Id, migration)));
            }
            catch (Exception fault) when (fault is MigrationFault or PluginFault)
            {
                plugin.Fail(fault.Message, fault.InnerException);
                logs.CreateLogger("Crucible.Plugins").LogError("Plugin {Plugin} does not run. {Reason}", plugin.Id, plugin.Reason);
            }
        return (plugins, applied);
    }

    /// <summary>Holds one folder for each plugin.</summary>
    public static string PluginsPath(IConfiguration configuration) =>
        configuration["Crucible:PluginsPath"] is { Length: > 0 } path ? path : Path.Combine(AppContext.BaseDirectory, "plugins");
}
