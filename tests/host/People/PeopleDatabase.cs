using Crucible.Host.Data;
using Crucible.Host.People;
using Crucible.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Crucible.Host.Tests.People;

/// <summary>A fresh database with the ground schema and nobody in it, on the server of the other worlds.</summary>
internal static class PeopleDatabase
{
    private const string Template = "people_template";
    private static readonly Lazy<Task<string>> Server = new(Prepare);

    public static async Task<string> Create()
    {
        var server = await Server.Value;
        var name = "people_" + Guid.NewGuid().ToString("N");
        await Run(server, $"create database {name} template {Template}");
        return To(server, name);
    }

    // Not with (force): that also wants to end the server's own vacuum there, which only a superuser may. Without, vacuum gives way.
    public static async Task Drop(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await Run(await Server.Value, $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}' and usename = current_user");
        await Run(await Server.Value, $"drop database if exists {name}");
    }

    private static async Task<string> Prepare()
    {
        await using var world = new World();
        await world.InitializeAsync();
        await Run(world.ConnectionString, $"create database {Template}");
        await using var source = NpgsqlDataSource.Create(To(world.ConnectionString, Template) + ";Pooling=false");
        await new Migrator(source, NullLogger.Instance).Migrate("crucible", typeof(PeopleSetup).Assembly, CancellationToken.None);
        return world.ConnectionString;
    }

    private static string To(string server, string database) => new NpgsqlConnectionStringBuilder(server) { Database = database, MaxPoolSize = 20 }.ConnectionString;

    private static async Task Run(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(To(server, "postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
