using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Crucible.Host.Data;

/// <summary>One numbered SQL file that a module embeds.</summary>
/// <param name="Number">Its place in the order.</param>
/// <param name="Name">Its file name.</param>
/// <param name="Sql">What it does.</param>
/// <param name="Checksum">SHA-256 of the text with plain line ends, in hex.</param>
internal sealed record Migration(int Number, string Name, string Sql, string Checksum)
{
    /// <summary>The files of an assembly in their order.</summary>
    /// <exception cref="MigrationFault">A name without its number, or two with the same.</exception>
    public static IReadOnlyList<Migration> In(Assembly assembly)
    {
        var files = new List<Migration>();
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

    /// <summary>Makes the place where it is noted what has run, and the module's schema.</summary>
    public static Task Prepare(NpgsqlConnection connection, string module) => connection.ExecuteAsync($"""
        create schema if not exists crucible;
        create table if not exists crucible.migration (
            module text not null, number int not null, name text not null, checksum text not null,
            applied_at timestamptz not null default now(), primary key (module, number));
        create schema if not exists "{module}";
        """);

    /// <summary>Runs it in the transaction that this connection is in, and notes that it has run.</summary>
    /// <exception cref="MigrationFault">The server refused it.</exception>
    public async Task Apply(NpgsqlConnection connection, string module, CancellationToken cancel)
    {
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(Sql, commandTimeout: 0, cancellationToken: cancel));
        }
        catch (PostgresException fault)
        {
            throw new MigrationFault($"{Name} failed: {fault.MessageText}. Nothing of it was kept.", fault);
        }
        await connection.ExecuteAsync("insert into crucible.migration (module, number, name, checksum) values (@module, @Number, @Name, @Checksum)",
            new { module, Number, Name, Checksum });
    }
}

/// <summary>A migration that could not be applied, in words for an admin.</summary>
internal sealed class MigrationFault(string message, Exception? inner) : Exception(message, inner);
