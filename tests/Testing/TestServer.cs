using Crucible.Host;
using Crucible.Host.Postgres;
using Npgsql;

namespace Crucible.Testing;

/// <summary>
/// One real PostgreSQL for a test assembly. The first world migrates a template with every plugin's schema and the cast
/// in it; each world after that is a copy, which takes a tenth of a second.
/// </summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static readonly Dictionary<string, Cast> Templates = [];
    private static EmbeddedPostgres? _postgres;
    private static string _folder = "";
    private static int _count;

    /// <summary>Where the plugins that the host was built with stand.</summary>
    public static string BuiltPlugins { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Crucible.Host", new DirectoryInfo(AppContext.BaseDirectory).Name, "plugins"));

    /// <summary>The front end that the host was built with.</summary>
    public static string BuiltAssets => Path.Combine(BuiltPlugins, "..", "assets");

    /// <summary>A folder of its own for one world's files.</summary>
    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(_folder, "files", Interlocked.Increment(ref _count).ToString())).FullName;

    /// <summary>A fresh copy of the template for this plugins folder, and the cast in it.</summary>
    internal static async Task<(string ConnectionString, Cast Cast)> NewDatabase(string plugins)
    {
        await Once.WaitAsync();
        try
        {
            await Start();
            if (!Templates.TryGetValue(plugins, out var cast))
                Templates[plugins] = cast = await MakeTemplate(plugins, $"crucible_template{Templates.Count}");
            var name = $"world{Interlocked.Increment(ref _count)}";
            await Execute($"create database {name} template {cast.Template}");
            return (To(name), cast);
        }
        finally
        {
            Once.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_postgres is null)
            return;
        NpgsqlConnection.ClearAllPools();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task Start()
    {
        if (_postgres is not null)
            return;
        _folder = Directory.CreateTempSubdirectory("crucible-tests-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        _postgres = await EmbeddedPostgres.Start(Path.Combine(_folder, "data"), _ => { }, TimeProvider.System, CancellationToken.None);
        // A power cut does not matter to a test; the promises about durability are tested on servers of their own.
        await Execute("alter role current_user set synchronous_commit = off");
    }

    private static async Task<Cast> MakeTemplate(string plugins, string template)
    {
        await Execute($"create database {template}");
        Cast cast;
        await using (var host = await CrucibleHost.Build(World.Arguments(To(template), plugins, NewFolder(), []), _ => { }, CancellationToken.None))
            cast = await Cast.Make(host.App.Services, template);
        NpgsqlConnection.ClearAllPools();
        await Execute($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{template}'");
        return cast;
    }

    private static string To(string database) => new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString) { Database = database, MaxPoolSize = 20 }.ConnectionString;

    private static async Task Execute(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString) { Pooling = false, Database = "postgres" }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
