using Npgsql;
using NpgsqlTypes;

namespace Crucible.Benchmarks.Data;

/// <summary>Binary COPY, the fastest way into a PostgreSQL table.</summary>
internal static class CopyIn
{
    /// <summary>Writes rows; the columns of the statement say what they are.</summary>
    public static async Task Write(NpgsqlDataSource database, string table, Action<NpgsqlBinaryImporter> rows, CancellationToken cancel)
    {
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var copy = await connection.BeginBinaryImportAsync($"copy {table} from stdin (format binary)", cancel);
        rows(copy);
        await copy.CompleteAsync(cancel);
    }

    /// <summary>Writes one row.</summary>
    public static void Row(this NpgsqlBinaryImporter copy, params ReadOnlySpan<object> values)
    {
        copy.StartRow();
        foreach (var value in values)
            switch (value)
            {
                case Guid id: copy.Write(id, NpgsqlDbType.Uuid); break;
                case long number: copy.Write(number, NpgsqlDbType.Bigint); break;
                case double number: copy.Write(number, NpgsqlDbType.Double); break;
                case string text: copy.Write(text, NpgsqlDbType.Text); break;
                default: throw new InvalidOperationException($"A {value.GetType()} is not copied.");
            }
    }

    /// <summary>A row of <c>experiments.point</c>, without boxing: there are millions.</summary>
    public static void Point(this NpgsqlBinaryImporter copy, long series, long step, long at, double value)
    {
        copy.StartRow();
        copy.Write(series, NpgsqlDbType.Bigint);
        copy.Write(step, NpgsqlDbType.Bigint);
        copy.Write(at, NpgsqlDbType.Bigint);
        copy.Write(value, NpgsqlDbType.Double);
    }

    public static async Task<long> Next(NpgsqlDataSource database, string sequence, int count, CancellationToken cancel)
    {
        await using var command = database.CreateCommand($"select min(nextval('{sequence}')) from generate_series(1, {count})");
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    public static async Task Run(NpgsqlDataSource database, string sql, CancellationToken cancel)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>What autovacuum would do in the next minutes, done now.</summary>
    public static Task Settle(NpgsqlDataSource database, CancellationToken cancel) => Run(database, "vacuum analyze", cancel);
}
