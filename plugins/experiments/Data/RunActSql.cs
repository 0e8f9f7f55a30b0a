using Crucible.Data;
using Crucible.Experiments.Domain;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What an act does to a slice of runs. Each statement passes over runs that are gone, elsewhere or not the asker's to delete.</summary>
internal static class RunActSql
{
    private const string Of = "r.run_id = any(@ids) and r.experiment_id = @ExperimentId";
    private const string Own = "(@SeesAll or r.owner_id = @PersonId)";

    /// <summary>The runs that changed, their names and, of tags, what they said before.</summary>
    public static async Task<IReadOnlyList<(Guid RunId, string Name, string? Before)>> Do(WriteScope write, RunBatch batch, Guid[] ids, CancellationToken cancel)
    {
        // In the order of the ids, so that two acts on the same runs wait for each other and do not deadlock.
        await write.Connection.ExecuteAsync(new($"select from experiments.run r where {Of} order by r.run_id for update", new { ids, batch.ExperimentId }, cancellationToken: cancel));
        var changed = (await write.Connection.QueryAsync<(Guid RunId, string Name, string? Before)>(new(Sql(batch.What), new
        {
            ids,
            batch.ExperimentId,
            batch.PersonId,
            batch.SeesAll,
            batch.Key,
            batch.Value,
            batch.TargetId,
            batch.Undoes,
        }, cancellationToken: cancel))).AsList();
        if (batch.What == RunAct.Move && changed.Count > 0)
            await write.Connection.ExecuteAsync(new(Follow, new { batch.TargetId, moved = changed.Select(c => c.RunId).ToArray() }, cancellationToken: cancel));
        return changed;
    }

    private static string Sql(RunAct act) => act switch
    {
        RunAct.Archive => $"update experiments.run r set archived_at = now() where {Of} and r.archived_at is null returning r.run_id, r.name, null::text",
        RunAct.Unarchive => $"update experiments.run r set archived_at = null where {Of} and r.archived_at is not null returning r.run_id, r.name, null::text",
        RunAct.Trash => $"update experiments.run r set lifecycle = 'deleted', deleted_at = now() where {Of} and r.lifecycle = 'active' and {Own} returning r.run_id, r.name, null::text",
        RunAct.Restore => $"update experiments.run r set lifecycle = 'active', deleted_at = null where {Of} and r.lifecycle = 'deleted' and {Own} returning r.run_id, r.name, null::text",
        RunAct.Tag => Tag,
        RunAct.Untag => Untag,
        RunAct.Move => Move,
        _ => Purge($"{Of} and r.lifecycle = 'deleted' and {Own}"),
    };

    /// <summary>Deletes runs for ever and notes what they leave behind; the condition is on <c>experiments.run r</c>.</summary>
    public static string Purge(string condition) => $"""
        with chosen as materialized (
            select r.run_id, r.experiment_id, r.artifact_uri from experiments.run r where {condition}), noted as (
            insert into experiments.leftover (run_id, folder, series)
            select run_id, 'artifacts/' || coalesce(substring(artifact_uri from '^mlflow-artifacts:/([0-9]+)/' || hex || '/artifacts$'), experiment_id::text) || '/' || hex,
                array(select s.series_id from experiments.series s where s.run_id = c.run_id)
            from chosen c cross join lateral (select replace(c.run_id::text, '-', '') as hex) h
            on conflict (run_id) do nothing), gone as (
            delete from experiments.run r using chosen c where r.run_id = c.run_id returning r.run_id, r.name, r.experiment_id)
        select run_id, name, null::text, experiment_id from gone
        """;

    private const string Tag = $"""
        with chosen as (
            select r.run_id, r.name, t.value as before from experiments.run r left join experiments.tag t on t.run_id = r.run_id and t.key = @Key
            where {Of} and r.lifecycle = 'active' and t.value is distinct from @Value), put as (
            insert into experiments.tag (run_id, experiment_id, key, value) select run_id, @ExperimentId, @Key, @Value from chosen
            on conflict (run_id, key) do update set value = excluded.value)
        select run_id, name, before from chosen
        """;

    private const string Untag = $"""
        with chosen as (
            select r.run_id, r.name, c.before, t.value as now from experiments.run r
            join experiments.run_batch_change c on c.batch_id = @Undoes and c.run_id = r.run_id
            join experiments.run_batch b on b.batch_id = c.batch_id
            join experiments.tag t on t.run_id = r.run_id and t.key = @Key and t.value = b.value
            where {Of}), removed as (
            delete from experiments.tag t using chosen c where t.run_id = c.run_id and t.key = @Key and c.before is null), put as (
            update experiments.tag t set value = c.before from chosen c where t.run_id = c.run_id and t.key = @Key and c.before is not null)
        select run_id, name, now from chosen
        """;

    // A run that logs may be making rows of the old experiment at this moment, so runs at work stay until they are over or silent.
    private const string Move = $"""
        update experiments.run r set experiment_id = @TargetId from experiments.experiment e
        where {Of} and e.experiment_id = r.experiment_id and r.lifecycle = 'active' and not (r.status = 'running' and r.heard_at > now() - e.lost_after)
        returning r.run_id, r.name, null::text
        """;

    // Datasets belong to an experiment, so the uses of the run are tied to the target's own; the old uses take their tags with them.
    private const string Follow = """
        update experiments.series set experiment_id = @TargetId where run_id = any(@moved);
        update experiments.param set experiment_id = @TargetId where run_id = any(@moved);
        update experiments.tag set experiment_id = @TargetId where run_id = any(@moved);
        update experiments.logged_model set experiment_id = @TargetId where run_id = any(@moved);
        insert into experiments.dataset (experiment_id, name, digest, source_type, source, schema, profile)
        select distinct on (d.name, d.digest) @TargetId, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
        from experiments.input i join experiments.dataset d using (dataset_id) where i.run_id = any(@moved) order by d.name, d.digest
        on conflict (experiment_id, name, digest) do nothing;
        insert into experiments.input (run_id, dataset_id, context)
        select i.run_id, n.dataset_id, i.context from experiments.input i join experiments.dataset d using (dataset_id)
        join experiments.dataset n on n.experiment_id = @TargetId and n.name = d.name and n.digest = d.digest where i.run_id = any(@moved) on conflict do nothing;
        insert into experiments.input_tag (run_id, dataset_id, key, value)
        select t.run_id, n.dataset_id, t.key, t.value from experiments.input_tag t join experiments.dataset d using (dataset_id)
        join experiments.dataset n on n.experiment_id = @TargetId and n.name = d.name and n.digest = d.digest where t.run_id = any(@moved) on conflict do nothing;
        delete from experiments.input i using experiments.dataset d where d.dataset_id = i.dataset_id and i.run_id = any(@moved) and d.experiment_id <> @TargetId
        """;
}
