using System.Runtime.CompilerServices;
using Crucible.Data;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A metric of a run, whose points are exported.</summary>
internal sealed record ExportSeries(long SeriesId, Guid RunId, string Key);

/// <summary>One point of an export: its series by place in the list that was asked for.</summary>
internal readonly record struct ExportPoint(int Series, long Step, long At, double Value);

/// <summary>A line of a run's console, in the order of arrival.</summary>
internal readonly record struct ExportLine(Guid RunId, long Number, DateTime At, short? Level, bool IsError, string Source, string Text);

/// <summary>What exports read, streamed as PostgreSQL sends it. Whether it may be read was decided when the export was asked for.</summary>
public sealed class ExportDataStore(Database database)
{
    /// <summary>Those of these runs that belong to an experiment, in this order.</summary>
    internal async Task<Guid[]> Runs(long experimentId, Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new("""
            select n.run_id from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r on r.run_id = n.run_id and r.experiment_id = @experimentId order by n.place
            """, new { experimentId, runIds }, cancellationToken: cancel))];
    }

    /// <summary>Adds the keys that these runs have in one of the tables <c>param</c>, <c>tag</c> and <c>series</c>.</summary>
    internal async Task Keys(string table, Guid[] runIds, ISet<string> keys, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        foreach (var key in await connection.QueryAsync<string>(new($"select distinct key from experiments.{table} where run_id = any(@runIds) {(table == "series" ? "and points > 0" : "")}", new { runIds }, cancellationToken: cancel)))
            keys.Add(key);
    }

    /// <summary>How many points these runs have.</summary>
    internal async Task<long> CountPoints(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new("select coalesce(sum(points), 0)::bigint from experiments.series where run_id = any(@runIds)", new { runIds }, cancellationToken: cancel));
    }

    /// <summary>The metrics of these runs, run by run in this order, by key.</summary>
    internal async Task<IReadOnlyList<ExportSeries>> Series(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ExportSeries>(new("""
            select s.series_id, s.run_id, s.key from unnest(@runIds) with ordinality as n (run_id, place) join experiments.series s on s.run_id = n.run_id
            where s.points > 0 order by n.place, s.key collate "C"
            """, new { runIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>How many console lines of these runs are kept.</summary>
    internal async Task<long> CountLines(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleAsync<long>(new("select coalesce(sum(next_number - first_number), 0)::bigint from experiments.run_log where run_id = any(@runIds)", new { runIds }, cancellationToken: cancel));
    }

    /// <summary>The console lines of these runs, run by run in this order, as they arrived.</summary>
    internal async IAsyncEnumerable<ExportLine> Lines(Guid[] runIds, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select n.run_id, l.number, l.at, l.level, l.is_error, l.source, l.text
            from unnest($1) with ordinality as n (run_id, place)
            cross join lateral (select number, at, level, is_error, source, text from experiments.run_log_line where run_id = n.run_id order by number) l
            """, connection) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = runIds } }, CommandTimeout = 0 };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            yield return new(rows.GetGuid(0), rows.GetInt64(1), rows.GetDateTime(2), rows.IsDBNull(3) ? null : rows.GetInt16(3), rows.GetBoolean(4), rows.GetString(5), rows.GetString(6));
    }

    // The lateral read of each series comes by its primary key, in order: nothing is sorted and nothing is held.
    /// <summary>The points of these series, one after the other, each by step, time and value.</summary>
    internal async IAsyncEnumerable<ExportPoint> Points(IReadOnlyList<ExportSeries> series, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var command = new NpgsqlCommand("""
            select n.place::int, p.step, p.at, p.value
            from unnest($1) with ordinality as n (series_id, place)
            cross join lateral (select step, at, value from experiments.point where series_id = n.series_id order by step, at, value) p
            """, connection) { Parameters = { new NpgsqlParameter<long[]> { TypedValue = [.. series.Select(s => s.SeriesId)] } }, CommandTimeout = 0 };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            yield return new(rows.GetInt32(0) - 1, rows.GetInt64(1), rows.GetInt64(2), rows.GetDouble(3));
    }
}
