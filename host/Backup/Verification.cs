using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Crucible.Host.Backup;

/// <summary>What a look at a backup found; kept beside it.</summary>
/// <param name="At">When.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="What">In a sentence.</param>
/// <param name="Tables">How many were restored and compared.</param>
/// <param name="Rows">How many rows they have.</param>
internal sealed record Verified(DateTimeOffset At, VerifyOutcome Outcome, string What, int Tables = 0, long Rows = 0);

/// <summary>How a look at a backup ended.</summary>
internal enum VerifyOutcome
{
    /// <summary>It was restored into a scratch database, and what came out is what went in.</summary>
    Restored,

    /// <summary>The file is undamaged, but no scratch database was made; the sentence says why.</summary>
    FileOnly,

    /// <summary>It cannot be restored as it is.</summary>
    Failed,
}

/// <summary>Restores a backup into a scratch database of the same server and compares every row.</summary>
internal sealed class Verification(DatabaseAddress database, IReadOnlyList<InstalledModule> modules, TimeProvider time)
{
    private const long Lock = 0x5645524946590001; // "VERIFY"

    /// <summary>What scratch databases of this installation begin with. Several may share a server.</summary>
    public string Prefix { get; } = $"crucible_verify_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database.Database)))[..8]}_";

    public async Task<Verified> Run(string file, long mostBytes, Report report, CancellationToken cancel)
    {
        try
        {
            await using var archive = await ArchiveReader.Open(file, report, cancel);
            var plan = RestorePlan.For(archive.Manifest, modules, []);
            await new RestoreFiles(archive, null).Check(cancel);
            await using var server = await database.Connect(cancel);
            var size = await server.ExecuteScalarAsync<long>("select pg_database_size(current_database())");
            if (size > mostBytes)
                return new(time.GetUtcNow(), VerifyOutcome.FileOnly, $"The database has {size >> 20} MB, more than the {mostBytes >> 20} MB up to which backups are restored for a look (Crucible:Backup:VerifyMegabytes). The file is undamaged.");
            if (!await server.ExecuteScalarAsync<bool>("select rolcreatedb or rolsuper from pg_roles where rolname = current_user"))
                return new(time.GetUtcNow(), VerifyOutcome.FileOnly, "The database user may not make a scratch database (alter role … createdb). The file is undamaged.");
            await InScratch(server, scratch => new Restore(scratch, archive, plan).Run(digests: true, () => Task.CompletedTask, report, cancel), cancel);
            return new(time.GetUtcNow(), VerifyOutcome.Restored, "Restored into a scratch database; every table has the same rows.", plan.Tables.Count, archive.Manifest.Rows);
        }
        catch (BackupFault fault)
        {
            return new(time.GetUtcNow(), VerifyOutcome.Failed, fault.Message);
        }
    }

    private async Task InScratch(NpgsqlConnection server, Func<DatabaseAddress, Task> use, CancellationToken cancel)
    {
        // One at a time, so that whatever else has our prefix was left by a host that died.
        await server.ExecuteAsync(new("select pg_advisory_lock(@Lock)", new { Lock }, cancellationToken: cancel));
        await DropAll(server);
        var name = Prefix + Guid.NewGuid().ToString("N")[..12];
        try
        {
            await server.ExecuteAsync(new($"create database {name} template template0", cancellationToken: cancel));
            await use(database.Of(name));
        }
        finally
        {
            await DropAll(server);
        }
    }

    // Not with (force): that also wants to end the server's own vacuum there, which only a superuser may. Without, vacuum gives way.
    private async Task DropAll(NpgsqlConnection server)
    {
        foreach (var left in await server.QueryAsync<string>("select datname::text from pg_database where starts_with(datname, @Prefix)", new { Prefix }))
        {
            await server.ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where datname = @left and usename = current_user", new { left });
            await server.ExecuteAsync($"drop database if exists {TableName.Quote(left)}");
        }
    }
}
