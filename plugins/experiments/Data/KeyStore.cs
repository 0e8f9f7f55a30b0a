using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Search;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Data;

/// <summary>A key that found runs have.</summary>
/// <param name="Key">The key.</param>
/// <param name="Runs">How many of the found runs have it.</param>
/// <param name="Differs">Whether they differ in it: in its (last) value, or because some lack it.</param>
public readonly record struct RunKey(string Key, long Runs, bool Differs);

/// <summary>Keys in their order.</summary>
/// <param name="Keys">Perhaps fewer than asked for although more follow, even none: a page ends with the work it may cost.</param>
/// <param name="Next">After which key the next page begins; null at the end.</param>
public sealed record KeyPage(IReadOnlyList<RunKey> Keys, string? Next);

// A select distinct reads every row there is of an experiment: 12,000 keys of 1,500 runs are 18 million. The recursive query
// instead asks the index (experiment_id, key, …) for the next key after the last one, so that it costs one probe a key.
/// <summary>The keys of an experiment's metrics, params and tags, and their values. Callers have checked that it may be seen.</summary>
public sealed class KeyStore(Database database, TimeProvider time)
{
    private const int MostLookedAt = 400;
    private const int MostValues = 1000;

    /// <summary>Keys that the found runs have.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="filter">Which runs.</param>
    /// <param name="view">Active, deleted or all.</param>
    /// <param name="kind">Metrics, params or tags.</param>
    /// <param name="text">A part of the key, without regard to case; empty for every one.</param>
    /// <param name="differing">Only keys in which the runs differ.</param>
    /// <param name="after">The key behind which to begin; null at the beginning.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancel">Ends the search in PostgreSQL too.</param>
    public async Task<KeyPage> Keys(long experimentId, RunFilter filter, ViewType view, Entity kind, string text, bool differing, string? after, int limit, CancellationToken cancel)
    {
        var (sql, where) = RunQuery.Found(new(filter, [experimentId], view, time.GetUtcNow()));
        var (table, value, there) = kind == Entity.Metric ? ("series", "x.last_value", " and x.last_value is not null") : (Table(kind), "x.value collate \"C\"", "");
        var looked = sql.Value(MostLookedAt);
        sql.Text.Append($"""
            with recursive found as materialized (select r.run_id from experiments.run r where {where}),
            {Loose(sql, table, after)},
            looked as materialized (select key from loose where key is not null and strpos(lower(key), lower({sql.Value(text)})) > 0 limit {looked})
            (select l.key, u.runs, u.differs
            from looked l cross join lateral (
                select count(*) as runs, count(*) < (select count(*) from found) or min({value}) <> max({value}) as differs
                from experiments.{table} x join found f using (run_id)
                where x.experiment_id = @Experiment and x.key = l.key{there}) u
            where u.runs > 0{(differing ? " and u.differs" : "")} limit {sql.Value(limit + 1)})
            union all (select max(key), 0, false from looked having count(*) = {looked})
            """);
        await using var connection = await database.Open(cancel);
        await using var batch = SearchStore.Batch(connection, new(sql.Text.ToString(), sql.Parameters));
        await using var rows = await batch.ExecuteReaderAsync(cancel);
        await rows.NextResultAsync(cancel);
        var (keys, next) = (new List<RunKey>(), (string?)null);
        while (await rows.ReadAsync(cancel))
            if (rows.GetInt64(1) > 0)
                keys.Add(new(rows.GetString(0), rows.GetInt64(1), rows.GetBoolean(2)));
            else
                next = rows.GetString(0);
        return keys.Count > limit ? new(keys[..limit], keys[limit - 1].Key) : new(keys, next);
    }

    /// <summary>Keys that any run has, deleted ones included, those that begin with the text first: what is listed while somebody types.</summary>
    public async Task<IReadOnlyList<string>> Names(long experimentId, Entity kind, string text, int limit, CancellationToken cancel)
    {
        var sql = new SqlDraft();
        sql.Parameters["Experiment"] = experimentId;
        var part = sql.Value(text);
        sql.Text.Append($"""
            with recursive {Loose(sql, kind == Entity.Metric ? "series" : Table(kind), null)}
            select key from (select key from loose where key is not null and strpos(lower(key), lower({part})) > 0 limit {MostValues}) n
            order by strpos(lower(key), lower({part})), key limit {sql.Value(limit)}
            """);
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<string>(new(sql.Text.ToString(), new DynamicParameters(sql.Parameters), cancellationToken: cancel))).AsList();
    }

    /// <summary>Values of a param or a tag, or of an attribute or dataset by which runs can be grouped, those that begin with the text first.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="key">Whose values.</param>
    /// <param name="text">A part of the value, without regard to case; empty for every one.</param>
    /// <param name="limit">How many at most; of a key with very many values the first of them are looked at.</param>
    /// <param name="cancel">Ends the search in PostgreSQL too.</param>
    public async Task<IReadOnlyList<string>> Values(long experimentId, GroupKey key, string text, int limit, CancellationToken cancel)
    {
        const string shown = "left(x.value, 128)";
        var values = key switch
        {
            { Entity: Entity.Attribute, Key: "user_id" } => "select distinct user_id as value from experiments.run where experiment_id = @experimentId",
            { Entity: Entity.Dataset, Key: "context" } => "select distinct i.context as value from experiments.dataset d join experiments.input i using (dataset_id) where d.experiment_id = @experimentId",
            { Entity: Entity.Dataset } => $"select distinct {(key.Key == "digest" ? "digest" : "name")} as value from experiments.dataset where experiment_id = @experimentId",
            { Entity: Entity.Param or Entity.Tag } => $"""
                with recursive loose (value) as (
                    (select {shown} from experiments.{Table(key.Entity)} x where x.experiment_id = @experimentId and x.key = @key order by {shown} limit 1)
                    union all
                    select (select {shown} from experiments.{Table(key.Entity)} x where x.experiment_id = @experimentId and x.key = @key and {shown} > l.value order by {shown} limit 1)
                    from loose l where l.value is not null)
                select value from loose limit {MostValues}
                """,
            _ => "select null::text as value where false",
        };
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<string>(new($"""
            select v.value from ({values}) v where v.value <> '' and strpos(lower(v.value), lower(@text)) > 0
            order by strpos(lower(v.value), lower(@text)), v.value limit @limit
            """, new { experimentId, key = key.Key, text, limit }, cancellationToken: cancel))).AsList();
    }

    private static string Table(Entity kind) => kind == Entity.Param ? "param" : "tag";

    private static string Loose(SqlDraft sql, string table, string? after) => $"""
        loose (key) as (
            (select x.key from experiments.{table} x where x.experiment_id = @Experiment and x.key > {sql.Value(after ?? "")} order by x.key limit 1)
            union all
            select (select x.key from experiments.{table} x where x.experiment_id = @Experiment and x.key > l.key order by x.key limit 1)
            from loose l where l.key is not null)
        """;
}
