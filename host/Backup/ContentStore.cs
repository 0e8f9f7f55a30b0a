using Dapper;
using Npgsql;

namespace Crucible.Host.Backup;

/// <summary>What there is to back up, read from PostgreSQL's catalogue, and the statements that read it.</summary>
internal static class ContentStore
{
    // Both open doors: one restored after somebody signed out, or used the link, would open one that was shut.
    private static readonly HashSet<TableName> LeftOut = [new("crucible", "session"), new("crucible", "sign_in_link")];

    /// <summary>The same values must read the same in every session that hashes them.</summary>
    public const string PlainText = "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1; set xmloption = 'content'";

    public static async Task<IReadOnlyList<AppliedMigration>> Migrations(NpgsqlConnection connection, CancellationToken cancel) =>
        [.. await connection.QueryAsync<AppliedMigration>(new CommandDefinition(
            "select module, number, name, checksum from crucible.migration order by module, number", cancellationToken: cancel))];

    /// <summary>
    /// Every table of these schemas, but not those left out on purpose, and no partition by itself. The scheduler's own tables
    /// (they come here where the role is called like the schema) are working state, which nodes run and when what is due; it makes them
    /// itself and fills them from the code at the next start.
    /// </summary>
    public static async Task<IReadOnlyList<Table>> Tables(NpgsqlConnection connection, string[] schemas, CancellationToken cancel)
    {
        var rows = await connection.QueryAsync<TableRow>(new CommandDefinition("""
            select n.nspname::text as schema, c.relname::text as name, c.relkind = 'p' as divided,
                (select coalesce(sum(pg_table_size(t.relid)), 0)::bigint from (select c.oid as relid where c.relkind = 'r' union all select relid from pg_partition_tree(c.oid) where c.relkind = 'p' and isleaf) t) as size,
                array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns,
                not exists (select from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.atttypid >= 16384) as binary
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = any(@schemas) and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't' and not starts_with(c.relname, 'qrtz_')
                and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            order by n.nspname, c.relname
            """, new { schemas }, cancellationToken: cancel));
        var partitions = (await Partitions(connection, schemas, cancel)).ToLookup(p => p.Root, p => p.Partition);
        return [.. rows.Select(r => (Row: r, Name: new TableName(r.Schema, r.Name)))
            .Where(t => !LeftOut.Contains(t.Name) && t.Row.Columns.Length > 0)
            .Select(t => new Table(t.Name, t.Row.Columns, t.Row.Binary, t.Row.Divided, t.Row.Size, [.. partitions[t.Name]]))];
    }

    private static async Task<IEnumerable<(TableName Root, Partition Partition)>> Partitions(NpgsqlConnection connection, string[] schemas, CancellationToken cancel) =>
        (await connection.QueryAsync<PartitionRow>(new CommandDefinition("""
            select rn.nspname::text as rootschema, r.relname::text as rootname, n.nspname::text as schema, c.relname::text as name,
                pn.nspname::text as parentschema, p.relname::text as parentname,
                pg_get_expr(c.relpartbound, c.oid) as bound, pg_get_partkeydef(c.oid) as key
            from pg_class r join pg_namespace rn on rn.oid = r.relnamespace
                cross join lateral pg_partition_tree(r.oid) t
                join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
                join pg_class p on p.oid = t.parentrelid join pg_namespace pn on pn.oid = p.relnamespace
            where rn.nspname = any(@schemas) and r.relkind = 'p' and not r.relispartition and t.level > 0
            order by t.level, n.nspname, c.relname
            """, new { schemas }, cancellationToken: cancel)))
        .Select(p => (new TableName(p.RootSchema, p.RootName), new Partition(new(p.Schema, p.Name), new(p.ParentSchema, p.ParentName), p.Bound, p.Key)));

    public static async Task<IReadOnlyList<SequencePart>> Sequences(NpgsqlConnection connection, string[] schemas, CancellationToken cancel) =>
        [.. (await connection.QueryAsync<(string Schema, string Name, long Value, bool Called)>(new CommandDefinition("""
            select schemaname::text, sequencename::text, coalesce(last_value, start_value), last_value is not null
            from pg_sequences where schemaname = any(@schemas) order by 1, 2
            """, new { schemas }, cancellationToken: cancel))).Select(s => new SequencePart(new(s.Schema, s.Name), s.Value, s.Called))];

    public static string CopyOut(Table table) =>
        $"copy {(table.Divided ? $"(select {Columns(table.Columns)} from {table.Name.Sql})" : $"{table.Name.Sql} ({Columns(table.Columns)})")} to stdout{(table.Binary ? " (format binary)" : "")}";

    /// <summary>How many rows the table has and, when asked for, a sum of their hashes that knows no order.</summary>
    public static async Task<(long Rows, string? Digest)> Count(NpgsqlConnection connection, TableName table, IReadOnlyList<string> columns, bool digest, CancellationToken cancel)
    {
        var hash = digest ? $"coalesce(sum(hashtextextended(row({Columns(columns)})::text, 0)), 0)::text" : "null::text";
        return await connection.QuerySingleAsync<(long, string?)>(new CommandDefinition($"select count(*), {hash} from {table.Sql}", commandTimeout: 0, cancellationToken: cancel));
    }

    public static string Columns(IReadOnlyList<string> columns) => string.Join(", ", columns.Select(TableName.Quote));

    // Not positional: Dapper takes no array there.
    private sealed record TableRow
    {
        public string Schema { get; init; } = "";
        public string Name { get; init; } = "";
        public bool Divided { get; init; }
        public long Size { get; init; }
        public string[] Columns { get; init; } = [];
        public bool Binary { get; init; }
    }

    private sealed record PartitionRow(string RootSchema, string RootName, string Schema, string Name, string ParentSchema, string ParentName, string Bound, string? Key);
}

/// <summary>A table to be copied.</summary>
/// <param name="Name">Which.</param>
/// <param name="Columns">Those that are stored.</param>
/// <param name="Binary">Whether all its types are PostgreSQL's own.</param>
/// <param name="Divided">Into partitions.</param>
/// <param name="Size">Bytes on disk.</param>
/// <param name="Partitions">Outer ones first.</param>
internal sealed record Table(TableName Name, IReadOnlyList<string> Columns, bool Binary, bool Divided, long Size, IReadOnlyList<Partition> Partitions);
