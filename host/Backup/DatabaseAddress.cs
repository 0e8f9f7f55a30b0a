using Dapper;
using Npgsql;

namespace Crucible.Host.Backup;

/// <summary>
/// Where the database is, for connections of another kind than the pool's: they last for hours, wait without a limit, and go to
/// other databases of the same server.
/// </summary>
internal sealed record DatabaseAddress(string ConnectionString)
{
    public const string ApplicationName = "crucible-backup";

    public string Database => new NpgsqlConnectionStringBuilder(ConnectionString).Database ?? "";

    public DatabaseAddress Of(string database) => new(new NpgsqlConnectionStringBuilder(ConnectionString) { Database = database }.ConnectionString);

    public async Task<NpgsqlConnection> Connect(CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Pooling = false,
            CommandTimeout = 0,
            KeepAlive = 30,
            ApplicationName = ApplicationName,
            ReadBufferSize = 1 << 16,
            WriteBufferSize = 1 << 16,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancel);
            await connection.ExecuteAsync(ContentStore.PlainText);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
