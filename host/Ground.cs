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
            await ground.Migrate(logs.CreateLogger("Crucible.Migrations"), cancel);
            await ground.LoadPlugins(builder, logs, cancel);
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

    private static NpgsqlDataSource Connect(string connectionString)
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

    private async Task Migrate(ILogger logger, CancellationToken cancel)
    {
        try
        {
            await new Migrator(Source, logger).Migrate("crucible", typeof(Ground).Assembly, cancel);
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

    private async Task LoadPlugins(WebApplicationBuilder builder, ILoggerFactory logs, CancellationToken cancel)
    {
        await using var connection = await Source.OpenConnectionAsync(cancel);
        var disabled = (await connection.QueryAsync<string>("select id from crucible.plugin where not enabled")).ToHashSet();
        var path = builder.Configuration["Crucible:PluginsPath"] ?? Path.Combine(AppContext.BaseDirectory, "plugins");
        var plugins = new PluginLoader(builder.Configuration, logs.CreateLogger("Crucible.Plugins")).Load(path, disabled);
        var migrator = new Migrator(Source, logs.CreateLogger("Crucible.Migrations"));
        foreach (var plugin in plugins.Where(p => p.State == PluginState.Running))
            try
            {
                if (plugin.Info!.Requires.FirstOrDefault(id => plugins.First(p => p.Id == id).State != PluginState.Running) is { } required)
                    throw new PluginFault($"It requires the plugin '{required}', which does not run.");
                await migrator.Migrate(plugin.Id, plugin.Assembly!, cancel);
            }
            catch (Exception fault) when (fault is MigrationFault or PluginFault)
            {
                plugin.Fail(fault.Message, fault.InnerException);
                logs.CreateLogger("Crucible.Plugins").LogError("Plugin {Plugin} does not run. {Reason}", plugin.Id, plugin.Reason);
            }
        Catalogue = new(plugins, GroundModule.Offer());
    }
}
