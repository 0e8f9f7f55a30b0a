using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.People;
using Crucible.Experiments.Domain.Search;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A key that some of these runs have: how many, and how many different values of it (parameters only).</summary>
public readonly record struct UsedKey(string Key, long Runs, long Values);

/// <summary>The rows of a table of runs, before its columns are known.</summary>
public sealed record TableRows(IReadOnlyList<RunRow> Runs, IReadOnlyList<UsedKey> Metrics, IReadOnlyList<UsedKey> Params);

/// <summary>What stands in the columns of these runs.</summary>
public sealed record TableCells(IReadOnlyDictionary<(Guid RunId, string Key), Series> Metrics, IReadOnlyDictionary<(Guid RunId, string Key), string> Params)
{
    /// <summary>How far the runs at work came.</summary>
    public IReadOnlyDictionary<Guid, (long Step, long At)> Reached { get; init; } = new Dictionary<Guid, (long, long)>();

    /// <summary>Means of metrics.</summary>
    public IReadOnlyDictionary<(Guid RunId, string Key), double> Means { get; init; } = new Dictionary<(Guid, string), double>();

    /// <summary>Values of the tags.</summary>
    public IReadOnlyDictionary<(Guid RunId, string Key), string> Tags { get; init; } = new Dictionary<(Guid, string), string>();

    /// <summary>Names of the datasets that were read, in one line.</summary>
    public IReadOnlyDictionary<Guid, string> Datasets { get; init; } = new Dictionary<Guid, string>();

    /// <summary>Names of the parents.</summary>
    public IReadOnlyDictionary<Guid, string> Parents { get; init; } = new Dictionary<Guid, string>();

    /// <summary>How many runs are nested in each.</summary>
    public IReadOnlyDictionary<Guid, long> Children { get; init; } = new Dictionary<Guid, long>();
}

/// <summary>Which cells to read.</summary>
/// <param name="Metrics">Keys of metrics.</param>
/// <param name="Params">Keys of parameters.</param>
/// <param name="Tags">Keys of tags.</param>
public sealed record CellKeys(string[] Metrics, string[] Params, string[] Tags)
{
    /// <summary>Keys of metrics whose means are shown.</summary>
    public string[] Means { get; init; } = [];

    /// <summary>The datasets are shown.</summary>
    public bool Datasets { get; init; }

    /// <summary>The parents are shown.</summary>
    public bool Parents { get; init; }
}

/// <summary>The best run by a metric.</summary>
public readonly record struct BestRun(string Key, Guid RunId, string Name, double Value);

/// <summary>How many runs an experiment has of each stored status, and how many are deleted.</summary>
public sealed record RunCounts(IReadOnlyDictionary<string, long> Active, long Deleted)
{
    /// <summary>How many of the running ones are shown as lost.</summary>
    public long Lost { get; init; }

    /// <summary>How many are archived, and not deleted; the other numbers leave them out.</summary>
    public long Archived { get; init; }

    /// <summary>Running ones that are not lost.</summary>
    public long AtWork => Of("running") - Lost;

    /// <summary>All that are neither archived nor deleted.</summary>
    public long All => Active.Values.Sum();

    /// <summary>Those of one status.</summary>
    public long Of(string status) => Active.GetValueOrDefault(status);
}

/// <summary>Tables of runs. Callers have checked that the runs may be seen.</summary>
public sealed class RunTableStore(Database database, TimeProvider time)
{
    /// <summary>Those of these runs that this actor may see, in this order.</summary>
    public async Task<IReadOnlyList<Guid>> Visible(Guid[] runIds, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Guid>(new($"""
            select r.run_id from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r using (run_id) join experiments.experiment e using (experiment_id)
            where {People.Visible.To("e")} order by n.place
            """, new { runIds, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
    }

    private const int KeysOfARun = 400;
    private const int RunsAskedForKeys = 20;

    // A run may have any number of keys: of each only the first few hundred are looked at for the usual columns, and those by
    // which runs are mostly judged.
    private static readonly string[] Judging =
        ["val/loss", "val_loss", "val/accuracy", "val_accuracy", "eval/loss", "eval_loss", "test/accuracy", "test_accuracy", "train/loss", "train_loss", "loss", "accuracy"];

    /// <summary>These runs in this order, and keys that they have.</summary>
    public async Task<TableRows> Rows(Guid[] runIds, CancellationToken cancel)
    {
        if (runIds.Length == 0)
            return new([], [], []);
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select {RunRow.Columns}
            from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r using (run_id) join experiments.experiment e using (experiment_id)
            order by n.place;
            select key, count(distinct run_id) as runs, 0::bigint as values from (
                select k.run_id, k.key from unnest(@asked) as n (run_id) cross join lateral (
                    select s.run_id, s.key from experiments.series s where s.run_id = n.run_id and s.points > 0 and s.key not like 'system/%' order by s.key limit @KeysOfARun) k
                union all select s.run_id, s.key from experiments.series s where s.run_id = any(@asked) and s.key = any(@Judging) and s.points > 0) keys
            group by key order by key = any(@Judging) desc, 2 desc, key limit 200;
            select key, count(*) as runs, count(distinct value) as values from unnest(@asked) as n (run_id) cross join lateral (
                select p.key, p.value from experiments.param p where p.run_id = n.run_id order by p.key limit @KeysOfARun) k
            group by key order by key limit 400
            """, new { runIds, asked = runIds.Take(RunsAskedForKeys).ToArray(), KeysOfARun, Judging }, cancellationToken: cancel));
        return new((await read.ReadAsync<RunRow>()).AsList(), (await read.ReadAsync<UsedKey>()).AsList(), (await read.ReadAsync<UsedKey>()).AsList());
    }

    /// <summary>These runs in this order.</summary>
    public async Task<IReadOnlyList<RunRow>> Runs(Guid[] runIds, CancellationToken cancel)
    {
        if (runIds.Length == 0)
            return [];
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<RunRow>(new($"""
            select {RunRow.Columns}
            from unnest(@runIds) with ordinality as n (run_id, place) join experiments.run r using (run_id) join experiments.experiment e using (experiment_id)
            order by n.place
            """, new { runIds }, cancellationToken: cancel))).AsList();
    }

    /// <summary>The values of these columns; of the runs at work also how far they came.</summary>
    public async Task<TableCells> Cells(Guid[] runIds, CellKeys keys, Guid[] running, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new($"""
            select {SeriesStore.Columns} from experiments.series where run_id = any(@runIds) and key = any(@Metrics) and points > 0;
            select run_id, key, value from experiments.param where run_id = any(@runIds) and key = any(@Params);
            select run_id, key, value from experiments.tag where run_id = any(@runIds) and key = any(@Tags);
            select run_id, key, experiments.mean_of(mean_sum, mean_points) from experiments.series where run_id = any(@runIds) and key = any(@Means) and mean_points > 0;
            select run_id, max(last_step), max(last_at) from experiments.series where run_id = any(@running) and points > 0 and key not like 'system/%' group by run_id;
            select i.run_id, string_agg(distinct d.name, ', ' order by d.name) from experiments.input i join experiments.dataset d using (dataset_id)
            where @Datasets and i.run_id = any(@runIds) group by 1;
            select p.run_id, p.name from experiments.run p join experiments.run r on p.run_id = r.parent_run_id and p.experiment_id = r.experiment_id
            where @Parents and r.run_id = any(@runIds) group by 1, 2;
            select c.parent_run_id, count(*) from experiments.run c join experiments.run r on r.run_id = c.parent_run_id and r.experiment_id = c.experiment_id and r.run_id <> c.run_id
            where c.parent_run_id = any(@runIds) and c.lifecycle = 'active' and c.archived_at is null group by 1
            """, new { runIds, keys.Metrics, keys.Params, keys.Tags, keys.Means, running, keys.Datasets, keys.Parents }, cancellationToken: cancel));
        return new((await read.ReadAsync<Series>()).ToDictionary(s => (s.RunId, s.Key)), await Entries(read))
        {
            Tags = await Entries(read),
            Means = (await read.ReadAsync<(Guid RunId, string Key, double Mean)>()).ToDictionary(m => (m.RunId, m.Key), m => m.Mean),
            Reached = (await read.ReadAsync<(Guid RunId, long Step, long At)>()).ToDictionary(r => r.RunId, r => (r.Step, r.At)),
            Datasets = (await read.ReadAsync<(Guid RunId, string Names)>()).ToDictionary(d => d.RunId, d => d.Names),
            Parents = (await read.ReadAsync<(Guid RunId, string Name)>()).ToDictionary(p => p.RunId, p => p.Name),
            Children = (await read.ReadAsync<(Guid RunId, long Count)>()).ToDictionary(c => c.RunId, c => c.Count),
        };
    }

    /// <summary>How many runs there are.</summary>
    public async Task<RunCounts> Counts(long experimentId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await using var read = await connection.QueryMultipleAsync(new("""
            select status, lifecycle, archived_at is not null, count(*) from experiments.run where experiment_id = @experimentId group by 1, 2, 3;
            select count(*) from experiments.run r join experiments.experiment e using (experiment_id)
            where r.experiment_id = @experimentId and r.status = 'running' and r.lifecycle = 'active' and r.archived_at is null and r.heard_at <= now() - e.lost_after
            """, new { experimentId }, cancellationToken: cancel));
        var rows = (await read.ReadAsync<(string Status, string Lifecycle, bool Archived, long Count)>()).AsList();
        var active = rows.Where(r => r.Lifecycle == "active").ToLookup(r => r.Archived);
        return new(active[false].ToDictionary(r => r.Status, r => r.Count), rows.Where(r => r.Lifecycle != "active").Sum(r => r.Count))
        {
            Archived = active[true].Sum(r => r.Count),
            Lost = await read.ReadSingleAsync<long>(),
        };
    }

    /// <summary>Of each of these metrics the run whose last value is the best one; those that nobody has a number of are left out.</summary>
    public async Task<IReadOnlyList<BestRun>> Best(long experimentId, IReadOnlyCollection<(string Key, bool Smallest)> metrics, CancellationToken cancel)
    {
        if (metrics.Count == 0)
            return [];
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<BestRun>(new("""
            select n.key, b.run_id, b.name, b.value from unnest(@keys, @smallest) with ordinality as n (key, smallest, place)
            cross join lateral (
                (select r.run_id, r.name, s.last_value as value from experiments.series s join experiments.run r using (run_id)
                where n.smallest and s.experiment_id = @experimentId and s.key = n.key and r.lifecycle = 'active' and r.archived_at is null and s.last_value < 'NaN'
                order by s.last_value limit 1)
                union all
                (select r.run_id, r.name, s.last_value from experiments.series s join experiments.run r using (run_id)
                where not n.smallest and s.experiment_id = @experimentId and s.key = n.key and r.lifecycle = 'active' and r.archived_at is null and s.last_value < 'NaN'
                order by s.last_value desc limit 1)) b
            order by n.place
            """, new { experimentId, keys = metrics.Select(m => m.Key).ToArray(), smallest = metrics.Select(m => m.Smallest).ToArray() }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Those of these keys in which found runs differ: in the (last) value, or because some lack it.</summary>
    public async Task<IReadOnlyList<string>> Differing(long experimentId, RunFilter filter, ViewType view, Entity kind, string[] keys, CancellationToken cancel)
    {
        if (keys.Length == 0)
            return [];
        var (sql, where) = RunQuery.Found(new(filter, [experimentId], view, time.GetUtcNow()));
        var (table, value) = kind switch { Entity.Metric => ("series", "last_value"), Entity.Param => ("param", "value"), _ => ("tag", "value") };
        sql.Text.Append($"""
            with found as materialized (select r.run_id from experiments.run r where {where})
            select k.key from unnest({sql.Value(keys)}) as k (key) cross join lateral (
                select count(*) as runs, min(x.{value}) <> max(x.{value}) as differ from experiments.{table} x join found f using (run_id)
                where x.experiment_id = @Experiment and x.key = k.key and x.{value} is not null) u
            where u.differ or u.runs < (select count(*) from found)
            """);
        await using var connection = await database.Open(cancel);
        await using var batch = SearchStore.Batch(connection, new(sql.Text.ToString(), sql.Parameters));
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        var found = new List<string>();
        while (await rows.ReadAsync(cancel))
            found.Add(rows.GetString(0));
        return found;
    }

    /// <summary>Ids of the runs nested in one, of its own experiment, newest first.</summary>
    public async Task<Guid[]> Children(Guid parent, int limit, int offset, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new("""
            select c.run_id from experiments.run c join experiments.run p on p.run_id = c.parent_run_id and p.experiment_id = c.experiment_id and p.run_id <> c.run_id
            where c.parent_run_id = @parent and c.lifecycle = 'active' and c.archived_at is null order by c.start_time desc, c.run_id limit @limit offset @offset
            """, new { parent, limit, offset }, cancellationToken: cancel))];
    }

    /// <summary>These runs and all that are nested in them, of their own experiment.</summary>
    public async Task<Guid[]> WithNested(long experimentId, Guid[] runIds, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return [.. await connection.QueryAsync<Guid>(new("""
            with recursive family (run_id) as (
                select unnest(@runIds)
                union
                select c.run_id from family f join experiments.run c on c.parent_run_id = f.run_id and c.experiment_id = @experimentId and c.lifecycle = 'active')
            select run_id from family
            """, new { experimentId, runIds }, cancellationToken: cancel))];
    }

    /// <summary>The values of these parameters of one run, for the cells that a push fills.</summary>
    public async Task<IReadOnlyList<Entry>> Params(Guid runId, string[] keys, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<Entry>(new("select key, value from experiments.param where run_id = @runId and key = any(@keys)",
            new { runId, keys }, cancellationToken: cancel))).AsList();
    }

    private static async Task<Dictionary<(Guid, string), string>> Entries(SqlMapper.GridReader read) =>
        (await read.ReadAsync<(Guid RunId, string Key, string Value)>()).ToDictionary(p => (p.RunId, p.Key), p => p.Value);
}
