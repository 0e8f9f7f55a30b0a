using Crucible.Data;
using Dapper;

namespace Crucible.Host.Vitals;

/// <summary>Asks the database how it is. Every statement gives up after five seconds.</summary>
internal sealed class VitalsStore(Database database, TimeProvider time)
{
    private const int Patience = 5;

    public async Task<DatabaseVitals> Read(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var asked = time.GetUtcNow();
        var row = await connection.QuerySingleAsync<(string Version, long Bytes, int Connections, int Most, DateTime Now, double? Oldest)>(new("""
            select current_setting('server_version'), pg_database_size(current_database()),
                   (select count(*)::int from pg_stat_activity where datname = current_database()),
                   current_setting('max_connections')::int, clock_timestamp(),
                   (select extract(epoch from max(now() - xact_start))::float8 from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid())
            """, commandTimeout: Patience, cancellationToken: cancel));
        // The answer was written somewhere between the question and its arrival.
        var middle = asked + (time.GetUtcNow() - asked) / 2;
        return new(row.Version.Split(' ')[0], row.Bytes, row.Connections, row.Most, new DateTimeOffset(row.Now, TimeSpan.Zero) - middle,
            row.Oldest is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    /// <summary>Every table of Crucible and its plugins, the largest first.</summary>
    public async Task<IReadOnlyList<TableSize>> Tables(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<TableSize>(new("""
            select n.nspname as schema, c.relname as name, pg_total_relation_size(c.oid) as bytes, greatest(c.reltuples, 0)::bigint as rows,
                   coalesce(s.n_dead_tup, 0) as dead, greatest(s.last_vacuum, s.last_autovacuum)::timestamp as vacuumed
            from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_stat_user_tables s on s.relid = c.oid
            where c.relkind in ('r', 'm') and (n.nspname = any(array(select distinct module from crucible.migration)) or c.relname like 'qrtz\_%')
            order by bytes desc, n.nspname, c.relname
            """, commandTimeout: Patience, cancellationToken: cancel))).AsList();
    }

    /// <summary>What took longest in sum; null when the extension is not there or may not be read.</summary>
    public async Task<IReadOnlyList<SlowQuery>?> SlowQueries(CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var schema = await connection.ExecuteScalarAsync<string?>(new(
            "select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_stat_statements'",
            commandTimeout: Patience, cancellationToken: cancel));
        if (schema is null)
            return null;
        try
        {
            return [.. (await connection.QueryAsync<(string Text, long Calls, double Total, double Mean)>(new($"""
                select left(query, 500), calls, total_exec_time, mean_exec_time from {schema}.pg_stat_statements
                where dbid = (select oid from pg_database where datname = current_database()) order by total_exec_time desc limit 10
                """, commandTimeout: Patience, cancellationToken: cancel)))
                .Select(q => new SlowQuery(q.Text, q.Calls, TimeSpan.FromMilliseconds(q.Total), TimeSpan.FromMilliseconds(q.Mean)))];
        }
        catch (Npgsql.PostgresException)
        {
            return null; // installed, but not preloaded by the server
        }
    }
}
