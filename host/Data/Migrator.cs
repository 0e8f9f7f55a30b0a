using System.Reflection;
using Dapper;
using Npgsql;

namespace Crucible.Host.Data;

/// <summary>
/// Applies the numbered SQL files that an assembly embeds under <c>Migrations</c>, each in a transaction of its own,
/// forward only. Hosts that start together take turns.
/// </summary>
internal sealed class Migrator(NpgsqlDataSource source, ILogger logger)
{
    /// <summary>The advisory lock of whoever changes the schema.</summary>
    public const long Lock = 0x43525543_49424C45; // "CRUCIBLE"

    /// <summary>Brings one module's schema up to date.</summary>
    /// <param name="module">Its id, which is also its schema.</param>
    /// <param name="assembly">Embeds <c>Migrations.0001_name.sql</c> and so on.</param>
    /// <param name="cancel">Stops between two files.</param>
    /// <returns>The files that were applied now.</returns>
    /// <exception cref="MigrationFault">A file failed, or was edited after it had run. Files before it stay applied.</exception>
    public async Task<IReadOnlyList<string>> Migrate(string module, Assembly assembly, CancellationToken cancel)
    {
        var files = Migration.In(assembly);
        var done = new List<string>();
        await using var connection = await source.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync(new CommandDefinition("select pg_advisory_lock(@Lock)", new { Lock }, commandTimeout: 0, cancellationToken: cancel));
        try
        {
            await Migration.Prepare(connection, module);
            foreach (var file in await Pending(connection, module, files))
            {
                cancel.ThrowIfCancellationRequested();
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                await file.Apply(connection, module, cancel);
                await transaction.CommitAsync(cancel);
                logger.LogInformation("Migrated {Module} to {Migration}", module, file.Name);
                done.Add(file.Name);
            }
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@Lock)", new { Lock });
        }
        return done;
    }

    /// <summary>Those of the files that have not run here.</summary>
    /// <exception cref="MigrationFault">One was edited after it had run.</exception>
    public static async Task<IReadOnlyList<Migration>> Pending(NpgsqlConnection connection, string module, IReadOnlyList<Migration> files)
    {
        var applied = (await connection.QueryAsync<(int Number, string Checksum)>(
            "select number, checksum from crucible.migration where module = @module", new { module })).ToDictionary(m => m.Number, m => m.Checksum);
        foreach (var file in files)
            if (applied.TryGetValue(file.Number, out var checksum) && checksum != file.Checksum)
                throw new MigrationFault($"{file.Name} was changed after it had run here. Restore the file and put the change into a new one.", null);
        return [.. files.Where(f => !applied.ContainsKey(f.Number))];
    }
}
