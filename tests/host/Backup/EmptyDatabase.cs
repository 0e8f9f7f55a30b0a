using Crucible.Host.Backup;
using Dapper;
using Npgsql;

namespace Crucible.Host.Tests.Backup;

/// <summary>A database with nothing in it, on a server that is there; it goes with the test.</summary>
internal sealed class EmptyDatabase : IAsyncDisposable
{
    private readonly string _name = "backup_" + Guid.NewGuid().ToString("N")[..12];
    private readonly DatabaseAddress _server;

    private EmptyDatabase(string server) => _server = new DatabaseAddress(server).Of("postgres");

    public DatabaseAddress Address => _server.Of(_name);

    public static async Task<EmptyDatabase> Make(string server)
    {
        var made = new EmptyDatabase(server);
        await using var connection = await made._server.Connect(default);
        await connection.ExecuteAsync($"create database {made._name} template template0");
        return made;
    }

    public async Task Run(string sql)
    {
        await using var connection = await Address.Connect(default);
        await connection.ExecuteAsync(sql);
    }

    public async Task<T> Ask<T>(string sql)
    {
        await using var connection = await Address.Connect(default);
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    /// <summary>Whether nothing at all is in it, not even a schema.</summary>
    public Task<bool> IsEmpty() => Ask<bool>("""
        select not exists (select from pg_namespace where nspname !~ '^pg_' and nspname not in ('public', 'information_schema'))
            and not exists (select from pg_class where relnamespace = 'public'::regnamespace)
        """);

    public async ValueTask DisposeAsync()
    {
        await using var connection = await _server.Connect(default);
        // Without (force), which would also want to end the server's own vacuum there.
        await connection.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_name}' and usename = current_user");
        await connection.ExecuteAsync($"drop database {_name}");
    }
}
