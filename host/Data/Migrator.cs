using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Crucible.Host.Data;

/// <summary>
/// Applies the numbered SQL files that an assembly embeds under <c>Migrations</c>, each in a transaction of its own,
/// forward only. Hosts that start together take turns.
/// </summary>
internal sealed class Migrator(NpgsqlDataSource source, ILogger logger)
{
    private const long Lock = 0x43525543_49424C45; // "CRUCIBLE"

    /// <summary>Brings one module's schema up to date.</summary>
    /// <param name="module">Its id, which is also its schema.</param>
    /// <param name="assembly">Embeds <c>Migrations.0001_name.sql</c> and so on.</param>
    /// <param name="cancel">Stops between two files.</param>
    /// <exception cref="MigrationFault">A file failed, or was edited after it had run. Files before it stay applied.</exception>
    public async Task Migrate(string module, Assembly assembly, CancellationToken cancel)
    {
        var files = Files(assembly);
        await using var connection = await source.OpenConnectionAsync(cancel);
        await connection.ExecuteAsync("select pg_advisory_lock(@Lock)", new { Lock });
        try
        {
            await connection.ExecuteAsync($"""
                create schema if not exists crucible;
                create table if not exists crucible.migration (
                    module text not null, number int not null, name text not null, checksum text not null,
                    applied_at timestamptz not null default now(), primary key (module, number));
                create schema if not exists "{module}";
                """);
            var applied = (await connection.QueryAsync<(int Number, string Checksum)>(
                "select number, checksum from crucible.migration where module = @module", new { module })).ToDictionary(m => m.Number, m => m.Checksum);
            foreach (var file in files)
            {
                cancel.ThrowIfCancellationRequested();
                if (!applied.TryGetValue(file.Number, out var checksum))
                    await Apply(connection, module, file, cancel);
                else if (checksum != file.Checksum)
                    throw new MigrationFault($"{file.Name} was changed after it had run here. Restore the file and put the change into a new one.", null);
            }
        }
        finally
        {
            await connection.ExecuteAsync("select pg_advisory_unlock(@Lock)", new { Lock });
        }
    }

    private async Task Apply(NpgsqlConnection connection, string module, MigrationFile file, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(file.Sql, transaction: transaction, commandTimeout: 0, cancellationToken: cancel));
        }
        catch (PostgresException fault)
        {
            throw new MigrationFault($"{file.Name} failed: {fault.MessageText}. Nothing of it was kept.", fault);
        }
        await connection.ExecuteAsync("insert into crucible.migration (module, number, name, checksum) values (@module, @Number, @Name, @Checksum)",
            new { module, file.Number, file.Name, file.Checksum }, transaction);
        await transaction.CommitAsync(cancel);
        logger.LogInformation("Migrated {Module} to {Migration}", module, file.Name);
    }

    private static List<MigrationFile> Files(Assembly assembly)
    {
        var files = new List<MigrationFile>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Migrations.", StringComparison.Ordinal) && n.EndsWith(".sql", StringComparison.Ordinal)))
        {
            var name = resource["Migrations.".Length..];
            if (!int.TryParse(name.Split('_')[0], out var number))
                throw new MigrationFault($"{name} must begin with its number, as 0001_name.sql.", null);
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            files.Add(new(number, name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))));
        }
        if (files.GroupBy(f => f.Number).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new MigrationFault($"Two migrations have the number {twice.Key}: {string.Join(", ", twice.Select(f => f.Name))}.", null);
        return [.. files.OrderBy(f => f.Number)];
    }

    private sealed record MigrationFile(int Number, string Name, string Sql, string Checksum);
}

/// <summary>A migration that could not be applied, in words for an admin.</summary>
internal sealed class MigrationFault(string message, Exception? inner) : Exception(message, inner);
