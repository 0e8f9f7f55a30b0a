using Crucible.Host.Plugins;
using Crucible.Host.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crucible.Host.Commands;

/// <summary>
/// What commands stand on. A command works while Crucible runs: with the embedded database it connects to the running server,
/// and starts one for itself only where none runs.
/// </summary>
internal sealed class CommandGround(IConfiguration configuration, TextWriter output, TextWriter errors) : IAsyncDisposable
{
    private EmbeddedPostgres? _embedded;
    private string? _connectionString;

    public IConfiguration Configuration { get; } = configuration;
    public TextWriter Output { get; } = output;
    public TextWriter Errors { get; } = errors;
    public string DataPath { get; } = Postgres.DataPath.Resolve(configuration["Crucible:DataPath"]);

    /// <summary>Whether a database was ever made here, or another server is named.</summary>
    public bool HasDatabase => Given is not null || new DataFolder(DataPath).Major is not null;

    private string? Given => Configuration.GetConnectionString("Crucible") is { Length: > 0 } given ? given : null;

    /// <summary>How to reach the database.</summary>
    /// <param name="make">Whether an embedded database is made where there is none yet.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="StartupFailure">It cannot be started, or there is none.</exception>
    public async Task<string> Database(bool make, CancellationToken cancel)
    {
        if (_connectionString is not null)
            return _connectionString;
        if (Given is { } given)
            return _connectionString = given;
        if (EmbeddedPostgres.Running(DataPath) is { } running)
            return _connectionString = running;
        if (!make && !HasDatabase)
            throw new StartupFailure($"There is no database in {DataPath} yet. Name the data folder in Crucible__DataPath, or a server in ConnectionStrings__Crucible.");
        _embedded = await EmbeddedPostgres.Start(DataPath, Errors.WriteLine, TimeProvider.System, cancel, Configuration["Crucible:PostgresBinaries"]);
        return _connectionString = _embedded.ConnectionString;
    }

    /// <summary>The plugins of this installation, read and configured but with nothing done to the database.</summary>
    public IReadOnlyList<Plugin> Plugins(IReadOnlySet<string>? disabled = null) =>
        new PluginLoader(Configuration, NullLogger.Instance).Load(Ground.PluginsPath(Configuration), disabled ?? new HashSet<string>());

    public async ValueTask DisposeAsync()
    {
        if (_embedded is not null)
            await _embedded.DisposeAsync();
    }
}
