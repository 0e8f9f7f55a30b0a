using System.Net.Sockets;
using Npgsql;

namespace Crucible.Host.Postgres;

/// <summary>What a server says to a real connection.</summary>
internal enum Answer
{
    Ready,

    /// <summary>Starting, or replaying its log after a crash.</summary>
    Starting,

    /// <summary>Shutting down, which waits for ever while some client stays.</summary>
    Stopping,
    WrongPassword,
    NoDatabase,
    Silence,
}

/// <summary>Asks a server whether it lets us in.</summary>
internal static class Door
{
    public static string ConnectionString(Endpoint at, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = at.Host,
        Port = at.Port,
        Username = "crucible",
        Password = password,
        Database = "crucible",
        // Same machine: both would only ask the server a question it answers with no.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public static async Task<Answer> Knock(Endpoint at, string password, CancellationToken cancel)
    {
        var door = new NpgsqlSlimDataSourceBuilder(ConnectionString(at, password));
        door.ConnectionStringBuilder.Pooling = false;
        door.ConnectionStringBuilder.Timeout = 5;
        door.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        try
        {
            await using var source = door.Build();
            await using var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            return Answer.Ready;
        }
        catch (PostgresException e)
        {
            return e.SqlState switch
            {
                PostgresErrorCodes.CannotConnectNow => e.MessageText.Contains("shutting down", StringComparison.Ordinal) ? Answer.Stopping : Answer.Starting,
                PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => Answer.WrongPassword,
                PostgresErrorCodes.InvalidCatalogName => Answer.NoDatabase,
                PostgresErrorCodes.TooManyConnections => Answer.Ready,
                _ => Answer.Silence,
            };
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException or IOException)
        {
            return Answer.Silence;
        }
    }
}
