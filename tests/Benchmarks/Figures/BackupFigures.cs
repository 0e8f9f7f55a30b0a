using System.Diagnostics;
using Crucible.Benchmarks.Data;
using Crucible.Benchmarks.Processes;
using Crucible.Benchmarks.Report;
using Crucible.Host.Backup;
using Crucible.Host.Data;
using Crucible.Host.Plugins;
using Crucible.Host.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Table = Crucible.Host.Backup.Table;

namespace Crucible.Benchmarks.Figures;

/// <summary>A whole backup and a whole restore beside the bare COPY of the same tables.</summary>
internal static class BackupFigures
{
    private const string Scratch = "crucible_benchmark";

    public static async Task Measure(Bench bench)
    {
        await bench.ManyRuns();
        await bench.LongCurves();
        var folder = Directory.CreateTempSubdirectory("crucible-bare-").FullName;
        try
        {
            await Measure(bench, new(bench.Site.ConnectionString), folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Measure(Bench bench, DatabaseAddress database, string folder)
    {
        var modules = InstalledModule.Of(new PluginLoader(new ConfigurationBuilder().Build(), NullLogger.Instance).Load(Path.Combine(bench.Options.Host, "plugins"), new HashSet<string>()));
        var (tables, megabytes) = await Keep(database, folder, bench.Cancel);
        await BareOut(database, tables, bench.Cancel); // the first time warms what all others find warm
        var bareOut = await BareOut(database, tables, bench.Cancel);

        var file = Path.Combine(folder, "backup.zip");
        var before = Cost.Of(bench.Site);
        var took = await Backup(bench, database, file, digests: false);
        var cost = Cost.Of(bench.Site) - before;
        bench.Add(new("backup, files and compression included", megabytes / took.TotalSeconds, "MB/s", new("bare COPY out of the same tables", megabytes / bareOut.TotalSeconds), Half)
        { Note = $"{megabytes:0} MB of rows, a file of {new FileInfo(file).Length / 1e6:0} MB; {cost.Each(1, "backup")}" });

        took = await Backup(bench, database, file + ".hashed.zip", digests: true);
        bench.Add(new("backup with a hash of every row", megabytes / took.TotalSeconds, "MB/s", new("bare COPY out of the same tables", megabytes / bareOut.TotalSeconds)));

        await InScratch(bench, async scratch =>
        {
            var bareIn = await BareIn(scratch, modules, tables, folder, bench.Cancel);
            await Recreate(bench);
            before = Cost.Of(bench.Site);
            took = await RestoreInto(scratch, modules, file, bench.Cancel);
            cost = Cost.Of(bench.Site) - before;
            bench.Add(new("restore, schema, keys and checks included", megabytes / took.TotalSeconds, "MB/s", new("bare COPY into the same tables", megabytes / bareIn.TotalSeconds), Half)
            { Note = cost.Each(1, "restore") });
        });
    }

    private static Aim Half => new("ratio ≥ 0.5", (_, ratio) => ratio >= 0.5);

    private static async Task<TimeSpan> Backup(Bench bench, DatabaseAddress database, string file, bool digests)
    {
        var began = Stopwatch.GetTimestamp();
        await new TakeBackup(database, DataPath.Files(bench.Site.DataPath), TimeProvider.System).Into(file, digests, (_, _, _) => { }, bench.Cancel);
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<TimeSpan> RestoreInto(DatabaseAddress scratch, IReadOnlyList<InstalledModule> modules, string file, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        await using var archive = await ArchiveReader.Open(file, (_, _, _) => { }, cancel);
        var restore = new Restore(scratch, archive, RestorePlan.For(archive.Manifest, modules, []));
        await restore.Run(digests: false, () => Task.CompletedTask, (_, _, _) => { }, cancel);
        return Stopwatch.GetElapsedTime(began);
    }

    private static string Place(string folder, Table table) => Path.Combine(folder, table.Name.ToString());

    /// <summary>What bare COPY gives, to be given to bare COPY again.</summary>
    private static async Task<(IReadOnlyList<Table> Tables, double Megabytes)> Keep(DatabaseAddress database, string folder, CancellationToken cancel)
    {
        await using var connection = await database.Connect(cancel);
        var tables = await ContentStore.Tables(connection, ["crucible", "experiments"], cancel);
        foreach (var table in tables)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync(ContentStore.CopyOut(table), cancel);
            await using var file = File.Create(Place(folder, table), 1 << 20);
            await rows.CopyToAsync(file, cancel);
        }
        return (tables, tables.Sum(t => new FileInfo(Place(folder, t)).Length) / 1e6);
    }

    private static async Task<TimeSpan> BareOut(DatabaseAddress database, IReadOnlyList<Table> tables, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        await using var connection = await database.Connect(cancel);
        foreach (var table in tables)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync(ContentStore.CopyOut(table), cancel);
            await rows.CopyToAsync(Stream.Null, cancel);
        }
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Into tables that are there and empty, with their indexes; foreign keys are away, so that the order is free.</summary>
    private static async Task<TimeSpan> BareIn(DatabaseAddress scratch, IReadOnlyList<InstalledModule> modules, IReadOnlyList<Table> tables, string folder, CancellationToken cancel)
    {
        await using var connection = await scratch.Connect(cancel);
        foreach (var module in modules)
        {
            await Migration.Prepare(connection, module.Id);
            foreach (var migration in module.Migrations)
                await migration.Apply(connection, module.Id, cancel);
        }
        foreach (var key in await Keys(connection))
            await Run(connection, key);
        await Run(connection, $"truncate {string.Join(", ", tables.Select(t => t.Name.Sql))}");
        var began = Stopwatch.GetTimestamp();
        foreach (var table in tables)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync($"copy {table.Name.Sql} ({ContentStore.Columns(table.Columns)}) from stdin (format binary)", cancel);
            await using var file = File.OpenRead(Place(folder, table));
            await file.CopyToAsync(rows, 1 << 17, cancel);
        }
        return Stopwatch.GetElapsedTime(began);
    }

    private static async Task<List<string>> Keys(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("""
            select format('alter table %s drop constraint %I', conrelid::regclass, conname) from pg_constraint where contype = 'f' and conparentid = 0
            union all select 'drop trigger audit_is_kept on crucible.audit'
            """, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var keys = new List<string>();
        while (await reader.ReadAsync())
            keys.Add(reader.GetString(0));
        return keys;
    }

    private static async Task InScratch(Bench bench, Func<DatabaseAddress, Task> use)
    {
        try
        {
            await Recreate(bench);
            await use(new DatabaseAddress(bench.Site.ConnectionString).Of(Scratch));
        }
        finally
        {
            await Drop(bench, CancellationToken.None);
        }
    }

    private static async Task Recreate(Bench bench)
    {
        await Drop(bench, bench.Cancel);
        await using var create = bench.Site.Database.CreateCommand($"create database {Scratch} template template0");
        await create.ExecuteNonQueryAsync(bench.Cancel);
    }

    private static async Task Drop(Bench bench, CancellationToken cancel)
    {
        await using var drop = bench.Site.Database.CreateCommand($"drop database if exists {Scratch}");
        await drop.ExecuteNonQueryAsync(cancel);
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
