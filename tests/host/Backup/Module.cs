using Crucible.Host.Backup;
using Crucible.Host.Data;
using Dapper;
using Npgsql;

namespace Crucible.Host.Tests.Backup;

/// <summary>Builds of Crucible with one more plugin, of which only the migrations matter here.</summary>
internal static class Module
{
    public static readonly InstalledModule Ground = InstalledModule.Of([])[0];

    public static InstalledModule Of(string id, params string[] migrations) =>
        new(id, [.. migrations.Select((sql, i) => new Migration(i + 1, $"{i + 1:0000}_{id}.sql", sql, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(sql)))))]);

    /// <summary>Brings these modules into a database, as their first start would.</summary>
    public static async Task Install(EmptyDatabase database, params InstalledModule[] modules)
    {
        await using var connection = await database.Address.Connect(default);
        foreach (var module in modules)
        {
            await Migration.Prepare(connection, module.Id);
            foreach (var migration in module.Migrations)
                await migration.Apply(connection, module.Id, default);
        }
    }
}
