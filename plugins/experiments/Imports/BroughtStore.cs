using Crucible.Data;
using Crucible.Experiments.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.Experiments.Imports.Sources;
using Crucible.People;
using Dapper;
using Npgsql;

namespace Crucible.Experiments.Imports;

/// <summary>Where a run of a source is here.</summary>
internal sealed record Known(Guid RunId, long ExperimentId, Guid TeamId, bool Deleted, string ArtifactUri);

/// <summary>Writes the runs and models that an import brings.</summary>
public sealed class BroughtStore(Database database)
{
    /// <summary>By this tag a run is known again whose id here is another than in the source.</summary>
    internal const string IdTag = "crucible.import.id";

    /// <summary>The experiment of a name, in whatever team and state.</summary>
    internal async Task<Experiment?> ByName(string name, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Experiment>(new(
            $"select {Experiment.Columns} from experiments.experiment e where name = @name", new { name }, cancellationToken: cancel));
    }

    /// <summary>The run with this id.</summary>
    internal async Task<Known?> ById(Guid runId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<Known>(new("""
            select r.run_id, r.experiment_id, e.team_id, r.lifecycle = 'deleted' as deleted, r.artifact_uri
            from experiments.run r join experiments.experiment e using (experiment_id) where r.run_id = @runId
            """, new { runId }, cancellationToken: cancel));
    }

    /// <summary>The run of an experiment that was brought from a source under this id.</summary>
    internal async Task<Known?> ByTag(long experimentId, string id, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QueryFirstOrDefaultAsync<Known>(new("""
            select r.run_id, r.experiment_id, e.team_id, r.lifecycle = 'deleted' as deleted, r.artifact_uri
            from experiments.tag t join experiments.run r using (run_id) join experiments.experiment e on e.experiment_id = r.experiment_id
            where t.experiment_id = @experimentId and t.key = @IdTag and left(t.value, 128) = left(@id, 128) and t.value = @id
            """, new { experimentId, id, IdTag }, cancellationToken: cancel));
    }

    /// <summary>Makes the run, ended or not as it was; false when the id was taken in the meantime.</summary>
    internal static async Task<bool> Make(WriteScope write, Guid runId, Experiment experiment, SourceRun run, string name,
        IReadOnlyList<Entry> tags, Actor actor, CancellationToken cancel) => await write.Connection.ExecuteAsync(new("""
            insert into experiments.run (run_id, experiment_id, name, user_id, owner_id, status, start_time, end_time, artifact_uri, parent_run_id, lifecycle, deleted_at, heard_at)
            values (@runId, @ExperimentId, @name, @user, @PersonId, @status, @Start, @End, @uri, @parent,
                case when @Deleted then 'deleted' else 'active' end, case when @Deleted then now() end,
                least(now(), to_timestamp(greatest(0, least(coalesce(@End, @Start), 253402300799000)) / 1000.0)))
            on conflict (run_id) do nothing
            """, new
    {
        runId,
        experiment.ExperimentId,
        name,
        user = Wording.Whole(Wording.Cut(run.User.Replace('\0', ' '), 250)),
        actor.PersonId,
        status = run.Status.Word(),
        run.Start,
        run.End,
        uri = $"{experiment.ArtifactLocation.TrimEnd('/')}/{runId:N}/artifacts",
        parent = RunStore.Parent(tags),
        run.Deleted,
    }, cancellationToken: cancel)) == 1;

    /// <summary>Adds parameters that are not there yet; answers those that have another value here.</summary>
    internal static async Task<IReadOnlyList<Entry>> AddParams(NpgsqlConnection connection, Guid runId, long experimentId, IReadOnlyList<Entry> entries, CancellationToken cancel) =>
        entries.Count == 0 ? [] : [.. (await connection.QueryAsync<(string Key, string Value)>(new("""
            with given as (select key, value from unnest(@keys, @values) as n (key, value)),
            added as (insert into experiments.param (run_id, experiment_id, key, value) select @runId, @experimentId, key, value from given on conflict (run_id, key) do nothing)
            select p.key, p.value from experiments.param p join given g using (key) where p.run_id = @runId and p.value <> g.value
            """, Columns(runId, experimentId, entries), cancellationToken: cancel))).Select(p => new Entry(p.Key, p.Value))];

    /// <summary>Adds tags that are not there yet: what somebody changed here stays.</summary>
    internal static Task AddTags(NpgsqlConnection connection, Guid runId, long experimentId, IReadOnlyList<Entry> entries, CancellationToken cancel) =>
        entries.Count == 0 ? Task.CompletedTask : connection.ExecuteAsync(new("""
            insert into experiments.tag (run_id, experiment_id, key, value)
            select @runId, @experimentId, key, value from unnest(@keys, @values) as n (key, value) on conflict (run_id, key) do nothing
            """, Columns(runId, experimentId, entries), cancellationToken: cancel));

    private static object Columns(Guid runId, long experimentId, IReadOnlyList<Entry> entries) =>
        new { runId, experimentId, keys = entries.Select(e => e.Key).ToArray(), values = entries.Select(e => e.Value).ToArray() };

    /// <summary>How many points a run has.</summary>
    internal static Task<long> Points(NpgsqlConnection connection, Guid runId, CancellationToken cancel) => connection.ExecuteScalarAsync<long>(new(
        "select coalesce(sum(points), 0)::bigint from experiments.series where run_id = @runId", new { runId }, cancellationToken: cancel));

    /// <summary>A source that knows no times of a run has those of its points; one without either began now.</summary>
    internal static Task TimesFromPoints(NpgsqlConnection connection, Guid runId, bool start, bool end, CancellationToken cancel) => connection.ExecuteAsync(new("""
        update experiments.run r set
            start_time = case when @start then coalesce(nullif(p.first, 0), n.now) else r.start_time end,
            end_time = case when @end then greatest(coalesce(nullif(p.last, 0), n.now), case when @start then coalesce(nullif(p.first, 0), n.now) else r.start_time end) else r.end_time end
        from (select min(first_at) as first, max(last_at) as last from experiments.series where run_id = @runId) p,
            (select (extract(epoch from now()) * 1000)::bigint as now) n
        where r.run_id = @runId
        """, new { runId, start, end }, cancellationToken: cancel));

    /// <summary>Adds points by the writer's own statements; the series that are not known yet are made.</summary>
    internal static async Task Append(NpgsqlConnection connection, Guid runId, long experimentId, List<MetricPoint> points, Dictionary<string, long> series, CancellationToken cancel)
    {
        var missing = points.Select(p => p.Key).Where(k => !series.ContainsKey(k)).Distinct().ToArray();
        if (missing.Length > 0)
            foreach (var ((_, key), id) in await MetricStore.Series(connection, [.. missing.Select(_ => runId)], [.. missing.Select(_ => experimentId)], missing, cancel))
                series[key] = id;
        var columns = new PointColumns(points.Count);
        foreach (var point in points)
            columns.Add(series[point.Key], point.Step, point.Timestamp, point.Value);
        await MetricStore.Append(connection, columns, columns.Totals(), [], cancel);
    }

    /// <summary>Notes that an import made something, for taking it back.</summary>
    internal static Task Note(WriteScope write, Guid importId, long experimentId, Guid? runId, string? modelId, CancellationToken cancel) => write.Connection.ExecuteAsync(new("""
        insert into experiments.import_made (import_id, experiment_id, run_id, model_id) values (@importId, @experimentId, @runId, @modelId) on conflict do nothing
        """, new { importId, experimentId, runId, modelId }, cancellationToken: cancel));

    /// <summary>Runs that got another id than in their source: their children are told.</summary>
    internal async Task Adopt(long experimentId, IReadOnlyDictionary<string, Guid> moved, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        await connection.ExecuteAsync(new("""
            with moved as (select was, id from unnest(@was, @ids) as n (was, id)),
            told as (
                update experiments.tag t set value = replace(m.id::text, '-', '') from moved m
                where t.experiment_id = @experimentId and t.key = 'mlflow.parentRunId' and left(t.value, 128) = left(m.was, 128) and t.value = m.was
                returning t.run_id, m.id)
            update experiments.run r set parent_run_id = told.id from told where r.run_id = told.run_id
            """, new { experimentId, was = moved.Keys.ToArray(), ids = moved.Values.ToArray() }, cancellationToken: cancel));
    }

    /// <summary>Where a model of this id is; null when the id is free.</summary>
    internal async Task<long?> ModelPlace(string modelId, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<long?>(new("select experiment_id from experiments.logged_model where model_id = @modelId", new { modelId }, cancellationToken: cancel));
    }

    /// <summary>Makes a logged model with what was said of it; false when the id was taken in the meantime.</summary>
    internal static async Task<bool> Make(WriteScope write, Experiment experiment, SourceModel model, string name, Guid? runId,
        IReadOnlyList<Entry> parameters, IReadOnlyList<Entry> tags, Actor actor, CancellationToken cancel) => await write.Connection.ExecuteAsync(new("""
            with made as (
                insert into experiments.logged_model (model_id, experiment_id, run_id, name, model_type, artifact_uri, status, created_ms, updated_ms, owner_id)
                values (@Id, @ExperimentId, @runId, @name, @Type, @uri, @Status, @Created, @Created, @PersonId)
                on conflict (model_id) do nothing returning model_id
            ), params as (
                insert into experiments.logged_model_param (model_id, key, value) select model_id, key, value from made cross join unnest(@paramKeys, @paramValues) as n (key, value)
            ), tags as (
                insert into experiments.logged_model_tag (model_id, key, value) select model_id, key, value from made cross join unnest(@tagKeys, @tagValues) as n (key, value)
            )
            update experiments.experiment set updated_ms = updated_ms where experiment_id = @ExperimentId and exists (select from made)
            """, new
    {
        model.Id,
        experiment.ExperimentId,
        runId,
        name,
        model.Type,
        uri = $"{experiment.ArtifactLocation.TrimEnd('/')}/models/{model.Id}/artifacts",
        model.Status,
        model.Created,
        actor.PersonId,
        paramKeys = parameters.Select(e => e.Key).ToArray(),
        paramValues = parameters.Select(e => e.Value).ToArray(),
        tagKeys = tags.Select(e => e.Key).ToArray(),
        tagValues = tags.Select(e => e.Value).ToArray(),
    }, cancellationToken: cancel)) == 1;
}
