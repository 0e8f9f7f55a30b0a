using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>Runs with all that was logged about them, many at once.</summary>
public sealed class RunDetailStore(Database database)
{
    /// <summary>These runs, in this order. The caller has checked that they may be seen.</summary>
    public async Task<IReadOnlyList<RunDetail>> Read(Guid[] runIds, CancellationToken cancel)
    {
        if (runIds.Length == 0)
            return [];
        // Two connections: on a page of a thousand runs PostgreSQL itself is what takes the time.
        var linked = Linked(runIds, cancel);
        var runs = await Logged(runIds, cancel);
        (await linked)(runs);
        return [.. runIds.Where(runs.ContainsKey).Select(id => runs[id])];
    }

    private async Task<Dictionary<Guid, RunDetail>> Logged(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        var runs = (await connection.QueryAsync<RunRow>(new($"""
            select {RunRow.Columns}
            from experiments.run r join experiments.experiment e using (experiment_id)
            where r.run_id = any(@runIds)
            """, new { runIds }, cancellationToken: cancel))).ToDictionary(r => r.RunId, r => new RunDetail(r));
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "select run_id, key, last_value, last_at, last_step from experiments.series where run_id = any($1) and points > 0", runIds);
        Add(batch, "select run_id, key, value from experiments.param where run_id = any($1)", runIds);
        Add(batch, "select run_id, archived_at from experiments.run where run_id = any($1) and archived_at is not null", runIds);
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            runs[rows.GetGuid(0)].Metrics.Add(new(rows.GetString(1), rows.GetDouble(2), rows.GetInt64(3), rows.GetInt64(4)));
        await rows.NextResultAsync(cancel);
        while (await rows.ReadAsync(cancel))
            runs[rows.GetGuid(0)].Params.Add(new(rows.GetString(1), rows.GetString(2)));
        await rows.NextResultAsync(cancel);
        while (await rows.ReadAsync(cancel))
            runs[rows.GetGuid(0)].ArchivedAt = rows.GetDateTime(1);
        return runs;
    }

    private async Task<Action<Dictionary<Guid, RunDetail>>> Linked(Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "select run_id, key, value from experiments.tag where run_id = any($1)", runIds);
        Add(batch, "select run_id, dataset_id, key, value from experiments.input_tag where run_id = any($1)", runIds);
        Add(batch, """
            select i.run_id, i.dataset_id, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
            from experiments.input i join experiments.dataset d using (dataset_id)
            where i.run_id = any($1) order by i.dataset_id
            """, runIds);
        Add(batch, "select run_id, model_id from experiments.model_input where run_id = any($1) order by model_id", runIds);
        Add(batch, "select run_id, model_id, step from experiments.model_output where run_id = any($1) order by step, model_id", runIds);
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        var tags = await All(rows, r => (r.GetGuid(0), new Entry(r.GetString(1), r.GetString(2))), cancel);
        var inputTags = (await All(rows, r => ((r.GetGuid(0), r.GetInt64(1)), new Entry(r.GetString(2), r.GetString(3))), cancel))
            .ToLookup(t => t.Item1, t => t.Item2);
        var inputs = await All(rows, r => (r.GetGuid(0), new DatasetInput(
            new(r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5), Text(r, 6), Text(r, 7)),
            [.. inputTags[(r.GetGuid(0), r.GetInt64(1))]])), cancel);
        var modelInputs = await All(rows, r => (r.GetGuid(0), r.GetString(1)), cancel);
        var modelOutputs = await All(rows, r => (r.GetGuid(0), (r.GetString(1), r.GetInt64(2))), cancel);
        return runs =>
        {
            foreach (var (id, tag) in tags)
                runs[id].Tags.Add(tag);
            foreach (var (id, input) in inputs)
                runs[id].Datasets.Add(input);
            foreach (var (id, model) in modelInputs)
                runs[id].ModelInputs.Add(model);
            foreach (var (id, output) in modelOutputs)
                runs[id].ModelOutputs.Add(output);
        };
    }

    private static async Task<List<T>> All<T>(NpgsqlDataReader rows, Func<NpgsqlDataReader, T> read, CancellationToken cancel)
    {
        var all = new List<T>();
        while (await rows.ReadAsync(cancel))
            all.Add(read(rows));
        await rows.NextResultAsync(cancel);
        return all;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static void Add(NpgsqlBatch batch, string sql, Guid[] runIds) =>
        batch.BatchCommands.Add(new(sql) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = runIds } } });
}
