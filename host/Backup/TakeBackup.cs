using System.Data;
using System.Reflection;
using Crucible.Files;
using Crucible.Host.Data;
using Dapper;
using Npgsql;

namespace Crucible.Host.Backup;

/// <summary>
/// Takes a backup while Crucible runs. All tables are read under one exported snapshot, so what was written meanwhile is either
/// whole in it or not at all; one connection copies and another counts the same rows. Files come after: they are written before
/// the rows that name them, so every file that the snapshot knows is there, unless somebody deleted it since.
/// </summary>
internal sealed class TakeBackup(DatabaseAddress database, IFileStore files, TimeProvider time)
{
    private const int Block = 1 << 17;
    private const int MostWarnings = 1000;

    private readonly List<string> _warnings = [];
    private int _unlisted;

    /// <param name="target">The file; it must not exist.</param>
    /// <param name="digests">Whether the server also hashes every row, so that a restore can be compared. It costs about as much as the copy.</param>
    /// <param name="report">Hears of progress.</param>
    /// <param name="cancel">Gives up and leaves nothing behind.</param>
    public async Task<Manifest> Into(string target, bool digests, Report report, CancellationToken cancel)
    {
        await using var archive = ArchiveWriter.Create(target);
        var (content, server) = await Tables(archive, digests, report, cancel);
        var filesPart = await Files(archive, report, cancel);
        if (_unlisted > 0)
            _warnings.Add($"… and {_unlisted} more.");
        var manifest = content with { Files = filesPart, Warnings = [.. _warnings], Postgres = server };
        await archive.Finish(manifest, cancel);
        return manifest;
    }

    private async Task<(Manifest Content, string Server)> Tables(ArchiveWriter archive, bool digests, Report report, CancellationToken cancel)
    {
        await using var copying = await database.Connect(cancel);
        await using var counting = await database.Connect(cancel);
        // Nobody changes the schema between the snapshot and the locks.
        await copying.ExecuteAsync(new("select pg_advisory_lock_shared(@Lock)", new { Migrator.Lock }, cancellationToken: cancel));
        await using var transaction = await copying.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        var snapshot = await copying.ExecuteScalarAsync<string>(new CommandDefinition("set transaction read only; select pg_export_snapshot()", cancellationToken: cancel));
        var taken = time.GetUtcNow();
        if (!await copying.ExecuteScalarAsync<bool>("select to_regclass('crucible.migration') is not null"))
            throw new BackupFault($"The database {database.Database} holds no Crucible yet; there is nothing to back up.");
        var migrations = await ContentStore.Migrations(copying, cancel);
        string[] schemas = [.. migrations.Select(m => m.Module).Append("crucible").Distinct()];
        var tables = await ContentStore.Tables(copying, schemas, cancel);
        await Lock(copying, tables, cancel);
        await copying.ExecuteAsync("select pg_advisory_unlock_shared(@Lock)", new { Migrator.Lock });

        await using var beside = await counting.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        await counting.ExecuteAsync(new($"set transaction snapshot '{snapshot}'", cancellationToken: cancel));
        var parts = new List<TablePart>();
        double total = tables.Sum(t => t.Size), done = 0;
        foreach (var table in tables)
        {
            var before = done;
            using var together = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var count = ContentStore.Count(counting, table.Name, table.Columns, digests, together.Token);
            try
            {
                var data = await archive.Add($"tables/{table.Name}.{(table.Binary ? "copy" : "txt")}", into =>
                    CopyOut(copying, table, into, copied => report(before + Math.Min(copied, table.Size), total, table.Name.ToString()), cancel), cancel);
                var (rows, digest) = await count;
                parts.Add(new(table.Name, table.Columns, table.Binary, rows, digest, table.Partitions, data));
            }
            catch
            {
                await together.CancelAsync();
                await ((Task)count).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            report(done += table.Size, total, table.Name.ToString());
        }
        // A sequence stands outside of every transaction: read last, it is never behind the rows.
        var sequences = await ContentStore.Sequences(counting, schemas, cancel);
        return (new Manifest
        {
            Product = Manifest.OurProduct,
            Format = Manifest.NewestFormat,
            App = AppVersion,
            Postgres = "",
            TakenAt = taken,
            Migrations = migrations,
            Tables = parts,
            Sequences = sequences,
            Files = new(0, new("", 0, "")),
            Warnings = [],
        }, copying.PostgreSqlVersion.ToString());
    }

    private static string AppVersion => typeof(TakeBackup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static async Task Lock(NpgsqlConnection connection, IReadOnlyList<Table> tables, CancellationToken cancel)
    {
        try
        {
            await connection.ExecuteAsync(new($"set local lock_timeout = '60s'; lock table {string.Join(", ", tables.Select(t => t.Name.Sql))} in access share mode", cancellationToken: cancel));
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.UndefinedTable)
        {
            throw new BackupFault($"The tables are being changed: {fault.MessageText}. Try again in a while.", fault);
        }
    }

    private static async Task CopyOut(NpgsqlConnection connection, Table table, Stream into, Action<long> copied, CancellationToken cancel)
    {
        if (table.Binary)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync(ContentStore.CopyOut(table), cancel);
            await Pour(rows, into, copied, cancel);
        }
        else
        {
            using var rows = (StreamReader)await connection.BeginTextExportAsync(ContentStore.CopyOut(table), cancel);
            await Pour(rows.BaseStream, into, copied, cancel);
        }
    }

    // The server sends each row by itself; in blocks they are cheaper to hash and to hand on.
    private static async Task Pour(Stream from, Stream into, Action<long> copied, CancellationToken cancel)
    {
        var block = new byte[Block];
        long all = 0;
        int read;
        while ((read = await from.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancel)) > 0)
        {
            await into.WriteAsync(block.AsMemory(0, read), cancel);
            copied(all += read);
        }
    }

    private async Task<FilesPart> Files(ArchiveWriter archive, Report report, CancellationToken cancel)
    {
        double total = 0, done = 0;
        await foreach (var (_, length) in FileTar.Walk(files, "", _ => { }, cancel))
            total += length;
        long count = 0;
        var data = await archive.Add(FileTar.Entry, async into =>
            count = await FileTar.Write(files, into, Warn, length => report(done += length, Math.Max(done, total), "files"), cancel), cancel);
        return new(count, data);
    }

    private void Warn(string line)
    {
        if (_warnings.Count < MostWarnings)
            _warnings.Add(line);
        else
            _unlisted++;
    }
}
