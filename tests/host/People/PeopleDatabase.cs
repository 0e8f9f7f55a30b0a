using Crucible.Host.People;
using Npgsql;

namespace Crucible.Host.Tests.People;

/// <summary>A fresh database for each host, cloned from one that has the ground schema.</summary>
internal static class PeopleDatabase
{
    private const string Template = "people_template";

    // The shared fixture of the host's tests takes this over.
    private static readonly string Server = Environment.GetEnvironmentVariable("CRUCIBLE_TEST_POSTGRES") ?? "Host=/tmp/peoplepg;Username=postgres";
    private static readonly Lazy<Task> Prepared = new(Prepare);

    public static async Task<string> Create()
    {
        await Prepared.Value;
        var name = "people_" + Guid.NewGuid().ToString("N");
        await Run("postgres", $"create database {name} template {Template}");
        return Connection(name);
    }

    public static async Task Drop(string connectionString) =>
        await Run("postgres", $"drop database if exists {new NpgsqlConnectionStringBuilder(connectionString).Database} with (force)");

    private static async Task Prepare()
    {
        await Run("postgres", $"drop database if exists {Template} with (force)");
        await Run("postgres", $"create database {Template}");
        var host = typeof(PeopleSetup).Assembly;
        using var sql = new StreamReader(host.GetManifestResourceStream(host.GetManifestResourceNames().Single(n => n.EndsWith("0001_ground.sql", StringComparison.Ordinal)))!);
        await Run(Template, "create schema if not exists crucible; " + await sql.ReadToEndAsync());
    }

    private static string Connection(string database) => $"{Server};Database={database};Maximum Pool Size=20";

    private static async Task Run(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(Connection(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
