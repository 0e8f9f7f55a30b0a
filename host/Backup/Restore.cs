using Crucible.Host.Data;
using Crucible.Host.Live;
using Dapper;
using Npgsql;

namespace Crucible.Host.Backup;

/// <summary>
/// Brings a backup into an empty database, in one transaction: schema as it was then, rows, keys, checks, what this build adds to
/// the schema. Until its last step the database is empty to everybody else. Tables that are made and filled in one transaction
/// are also the fastest to fill: the server writes them once, and not into its log as well where nobody follows that log.
/// </summary>
internal sealed class Restore(DatabaseAddress database, ArchiveReader archive, RestorePlan plan)
{
    private readonly string[] _schemas = [.. plan.Steps.Select(s => s.Module)];

    /// <param name="digests">Whether to compare every row's hash as far as the backup has them, and not the counts alone.</param>
    /// <param name="last">Done when all is in place, before it becomes visible; what it throws undoes everything.</param>
    /// <param name="report">Hears of progress.</param>
    /// <param name="cancel">Undoes everything.</param>
    /// <exception cref="BackupFault">The database is not empty or in use, or what came in is not what went out.</exception>
    public async Task Run(bool digests, Func<Task> last, Report report, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        try
        {
            await MustBeFree(connection);
            foreach (var step in plan.Steps)
                await Apply(connection, step.Module, step.Before, cancel);
            await MustFit(connection);
            var close = await LoadStore.Open(connection, _schemas);
            await Load(connection, digests, report, cancel);
            foreach (var sequence in plan.Sequences)
                if (await LoadStore.Exists(connection, sequence.Sequence))
                    await LoadStore.Set(connection, sequence);
            report(1, 1, "keys");
            await LoadStore.Forget(connection, plan.Without);
            foreach (var statement in close)
                await connection.ExecuteAsync(new(statement, cancellationToken: cancel));
            await LoadStore.Refresh(connection, _schemas);
            await ChangeOrder.Renumber(connection, cancel);
            foreach (var step in plan.Steps)
                await Apply(connection, step.Module, step.After, cancel);
            await last();
            await transaction.CommitAsync(CancellationToken.None); // from here on there is no way back
        }
        catch (PostgresException fault) when (!cancel.IsCancellationRequested)
        {
            throw new BackupFault($"The database refused it: {fault.MessageText}{(fault.Detail is null ? "" : $" ({fault.Detail})")}. Nothing was restored.", fault);
        }
        catch (MigrationFault fault)
        {
            throw new BackupFault($"The schema could not be made. {fault.Message} Nothing was restored.", fault);
        }
    }

    /// <summary>What the server would find out by itself within minutes: without it the first pages are planned blindly.</summary>
    public async Task Analyze(Report report, CancellationToken cancel)
    {
        report(1, 1, "statistics");
        await using var connection = await database.Connect(cancel);
        await connection.ExecuteAsync(new(LoadStore.Analyze(plan.Tables), cancellationToken: cancel));
    }

    private async Task MustBeFree(NpgsqlConnection connection)
    {
        // A host that starts now waits for this lock, and then finds everything there.
        if (!await connection.ExecuteScalarAsync<bool>("select pg_try_advisory_xact_lock(@Lock)", new { Migrator.Lock }))
            throw new BackupFault($"Another Crucible is starting on the database {database.Database}, or restoring into it. Stop it first.");
        if (await LoadStore.Hosts(connection) > 0)
            throw new BackupFault($"A Crucible is running on the database {database.Database}. A restore goes into an empty database that nobody uses: stop it, and make an empty one or choose a new data folder.");
        var (count, names) = await LoadStore.Present(connection);
        if (count > 0)
            throw new BackupFault($"The database {database.Database} is not empty: it holds {count} tables, views or sequences ({names}{(count > 5 ? ", …" : "")}). A restore goes into an empty one: make one, or choose a new data folder with Crucible__DataPath.");
    }

    private static async Task Apply(NpgsqlConnection connection, string module, IReadOnlyList<Migration> migrations, CancellationToken cancel)
    {
        await Migration.Prepare(connection, module);
        foreach (var migration in migrations)
            await migration.Apply(connection, module, cancel);
    }

    private async Task MustFit(NpgsqlConnection connection)
    {
        var present = await LoadStore.Tables(connection, _schemas);
        foreach (var table in plan.Tables)
        {
            if (!present.Contains(table.Table))
                throw new BackupFault($"The backup holds the table {table.Table}, which no migration of this installation makes. Leave that plugin's data out with --without {table.Table.Schema}, or restore with the build that made it.");
            if (table.Columns.Except(present[table.Table]).FirstOrDefault() is { } column)
                throw new BackupFault($"The backup holds the column {column} of {table.Table}, which no migration of this installation makes. Restore with the build that made it.");
            if (table.Partitions.Count > 0)
                await LoadStore.Divide(connection, table.Table, table.Partitions);
        }
    }

    private async Task Load(NpgsqlConnection connection, bool digests, Report report, CancellationToken cancel)
    {
        double total = plan.Tables.Sum(t => t.Data.Bytes), done = 0;
        foreach (var table in plan.Tables)
        {
            await archive.Take(table.Data, from => CopyIn(connection, table, from, bytes => report(done += bytes, total, table.Table.ToString()), cancel));
            var (rows, digest) = await ContentStore.Count(connection, table.Table, table.Columns, digests && table.Digest is not null, cancel);
            if (rows != table.Rows)
                throw new BackupFault($"{table.Table} had {table.Rows} rows and has {rows} after the restore. Nothing was restored.");
            if (digest is not null && digest != table.Digest)
                throw new BackupFault($"The rows of {table.Table} are not the same after the restore. Nothing was restored.");
        }
    }

    private static async Task CopyIn(NpgsqlConnection connection, TablePart table, Stream from, Action<int> copied, CancellationToken cancel)
    {
        if (table.Binary)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync(LoadStore.CopyIn(table), cancel);
            try
            {
                await Pour(from, rows, copied, cancel);
            }
            catch
            {
                await rows.CancelAsync(); // or the server would take the first half for all
                throw;
            }
        }
        else
        {
            await using var rows = await connection.BeginTextImportAsync(LoadStore.CopyIn(table), cancel);
            try
            {
                await Pour(from, ((StreamWriter)(TextWriter)rows).BaseStream, copied, cancel);
            }
            catch
            {
                await rows.CancelAsync();
                throw;
            }
        }
    }

    private static async Task Pour(Stream from, Stream into, Action<int> copied, CancellationToken cancel)
    {
        var block = new byte[1 << 17];
        int read;
        while ((read = await from.ReadAsync(block, cancel)) > 0)
        {
            await into.WriteAsync(block.AsMemory(0, read), cancel);
            copied(read);
        }
    }
}
