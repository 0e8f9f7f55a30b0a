using Dapper;
using Npgsql;

namespace Crucible.Host.Backup;

/// <summary>
/// The statements of a restore. They need no more than a role that owns its database: foreign keys are taken away and made again,
/// which also checks them at once and not row by row; triggers are switched off and on.
/// </summary>
internal static class LoadStore
{
    public static Task<int> Hosts(NpgsqlConnection connection) => connection.ExecuteScalarAsync<int>("""
        select count(*)::int from pg_stat_activity
        where datname = current_database() and application_name = 'crucible' and pid <> pg_backend_pid()
        """);

    /// <summary>How many tables, views and sequences the database holds beside PostgreSQL's and its extensions' own, and the first names.</summary>
    public static Task<(int Count, string Names)> Present(NpgsqlConnection connection) => connection.QuerySingleAsync<(int, string)>("""
        with present as (
            select n.nspname || '.' || c.relname as name
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)' and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
                and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))
        select count(*)::int, coalesce((select string_agg(name, ', ') from (select name from present order by name limit 5) t), '') from present
        """);

    /// <summary>The tables of these schemas with their columns.</summary>
    public static async Task<ILookup<TableName, string>> Tables(NpgsqlConnection connection, string[] schemas) =>
        (await connection.QueryAsync<(string Schema, string Name, string Column)>("""
            select n.nspname::text, c.relname::text, a.attname::text
            from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where n.nspname = any(@schemas) and c.relkind in ('r', 'p') and not c.relispartition
            """, new { schemas })).ToLookup(t => new TableName(t.Schema, t.Name), t => t.Column);

    /// <summary>Makes the partitions what they were: a migration may make those of its own day.</summary>
    public static async Task Divide(NpgsqlConnection connection, TableName root, IReadOnlyList<Partition> wanted)
    {
        var present = (await connection.QueryAsync<(string Schema, string Name)>("""
            select n.nspname::text, c.relname::text from pg_partition_tree(@root::regclass) t join pg_class c on c.oid = t.relid join pg_namespace n on n.oid = c.relnamespace
            where t.level > 0 order by t.level
            """, new { root = root.Sql })).Select(p => new TableName(p.Schema, p.Name)).ToHashSet();
        foreach (var other in present.Except(wanted.Select(w => w.Table)))
            await connection.ExecuteAsync($"drop table if exists {other.Sql}");
        foreach (var partition in wanted.Where(w => !present.Contains(w.Table)))
            await connection.ExecuteAsync($"create table {partition.Table.Sql} partition of {partition.Parent.Sql} {partition.Bound}{(partition.Key is null ? "" : $" partition by {partition.Key}")}");
    }

    /// <summary>Empties the tables of what migrations put there, and takes away what would stand in the way of rows.</summary>
    /// <returns>The statements that bring it back, to be run once the rows are there.</returns>
    public static async Task<IReadOnlyList<string>> Open(NpgsqlConnection connection, string[] schemas)
    {
        var keys = (await connection.QueryAsync<(string Schema, string Table, string Name, string Definition)>("""
            select n.nspname::text, c.relname::text, k.conname::text, pg_get_constraintdef(k.oid)
            from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
            where k.contype = 'f' and k.conparentid = 0 and n.nspname = any(@schemas) order by 1, 2, 3
            """, new { schemas })).AsList();
        var triggers = (await connection.QueryAsync<(string Schema, string Table, string Name, string When)>("""
            select n.nspname::text, c.relname::text, t.tgname::text, case t.tgenabled when 'R' then 'replica ' when 'A' then 'always ' else '' end
            from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
            where not t.tgisinternal and t.tgparentid = 0 and t.tgenabled <> 'D' and n.nspname = any(@schemas) order by 1, 2, 3
            """, new { schemas })).AsList();
        // Those that stand for no constraint: made from the whole table at once they take half the time.
        var indexes = (await connection.QueryAsync<(string Schema, string Name, string Definition)>("""
            select n.nspname::text, c.relname::text, pg_get_indexdef(i.indexrelid)
            from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'i' and not c.relispartition and n.nspname = any(@schemas) and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype <> 'f') order by 1, 2
            """, new { schemas })).AsList();
        foreach (var key in keys)
            await connection.ExecuteAsync($"alter table {new TableName(key.Schema, key.Table).Sql} drop constraint {TableName.Quote(key.Name)}");
        foreach (var index in indexes)
            await connection.ExecuteAsync($"drop index {new TableName(index.Schema, index.Name).Sql}");
        foreach (var trigger in triggers)
            await connection.ExecuteAsync($"alter table {new TableName(trigger.Schema, trigger.Table).Sql} disable trigger {TableName.Quote(trigger.Name)}");
        if (await Tables(connection, schemas) is { Count: > 0 } tables)
            await connection.ExecuteAsync($"truncate {string.Join(", ", tables.Select(t => t.Key.Sql))}");
        return
        [
            .. indexes.Select(i => i.Definition),
            .. keys.Select(k => $"alter table {new TableName(k.Schema, k.Table).Sql} add constraint {TableName.Quote(k.Name)} {k.Definition}"),
            .. triggers.Select(t => $"alter table {new TableName(t.Schema, t.Table).Sql} enable {t.When}trigger {TableName.Quote(t.Name)}"),
        ];
    }

    // Frozen: the rows need no second visit by vacuum. Only a plain table takes that.
    public static string CopyIn(TablePart table) =>
        $"copy {table.Table.Sql} ({ContentStore.Columns(table.Columns)}) from stdin (format {(table.Binary ? "binary" : "text")}{(table.Partitions.Count > 0 ? "" : ", freeze")})";

    // By name: of PostgreSQL's own tables it would complain one by one that they are not ours.
    public static string Analyze(IReadOnlyList<TablePart> tables) => $"analyze {string.Join(", ", tables.Select(t => t.Table.Sql))}";

    public static Task Set(NpgsqlConnection connection, SequencePart sequence) =>
        connection.ExecuteAsync("select setval(@name::regclass, @Value, @Called)", new { name = sequence.Sequence.Sql, sequence.Value, sequence.Called });

    public static Task<bool> Exists(NpgsqlConnection connection, TableName name) =>
        connection.ExecuteScalarAsync<bool>("select to_regclass(@name) is not null", new { name = name.Sql });

    /// <summary>As if these plugins had never been: a later start brings them in from their first migration.</summary>
    public static Task Forget(NpgsqlConnection connection, IReadOnlyList<string> modules) =>
        connection.ExecuteAsync("delete from crucible.migration where module = any(@modules)", new { modules = modules.ToArray() });

    public static async Task Refresh(NpgsqlConnection connection, string[] schemas)
    {
        foreach (var (schema, name) in await connection.QueryAsync<(string, string)>("""
            select n.nspname::text, c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'm' and n.nspname = any(@schemas) order by c.oid
            """, new { schemas }))
            await connection.ExecuteAsync($"refresh materialized view {new TableName(schema, name).Sql}");
    }
}
