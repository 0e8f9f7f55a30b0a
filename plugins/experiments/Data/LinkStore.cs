using Crucible.Data;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>What runs read and made: datasets and models. Verbs answer null when done, else why not.</summary>
public sealed class LinkStore(Database database)
{
    /// <summary>Notes datasets and models as inputs. A dataset of the same name and digest is the same; repeating changes nothing.</summary>
    public async Task<ProtocolError?> LogInputs(Guid runId, IReadOnlyList<DatasetInput> datasets, string[] models, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        await Gate.Hear(write, runId, cancel);
        await Link(write, runId, run!.ExperimentId, datasets, models, [], cancel);
        write.TellRun(runId, run!.ExperimentId, new RunLinked(runId, run.ExperimentId));
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Notes datasets, and models as inputs and outputs, as part of a write.</summary>
    internal static async Task Link(WriteScope write, Guid runId, long experimentId, IReadOnlyList<DatasetInput> datasets, string[] models,
        IReadOnlyList<(string ModelId, long Step)> outputs, CancellationToken cancel)
    {
        foreach (var input in datasets.OrderBy(d => d.Dataset.Name, StringComparer.Ordinal).ThenBy(d => d.Dataset.Digest, StringComparer.Ordinal))
            await write.Connection.ExecuteAsync(new("""
                with made as (
                    insert into experiments.dataset (experiment_id, name, digest, source_type, source, schema, profile)
                    values (@experimentId, @Name, @Digest, @SourceType, @Source, @Schema, @Profile)
                    on conflict (experiment_id, name, digest) do update set name = excluded.name
                    returning dataset_id
                ), linked as (
                    insert into experiments.input (run_id, dataset_id, context) select @runId, dataset_id, @context from made
                    on conflict (run_id, dataset_id) do update set context = coalesce(excluded.context, input.context)
                    returning dataset_id
                )
                insert into experiments.input_tag (run_id, dataset_id, key, value)
                select @runId, dataset_id, key, value from linked cross join unnest(@keys, @values) as n (key, value)
                on conflict (run_id, dataset_id, key) do nothing
                """, new
            {
                runId,
                experimentId,
                input.Dataset.Name,
                input.Dataset.Digest,
                input.Dataset.SourceType,
                input.Dataset.Source,
                input.Dataset.Schema,
                input.Dataset.Profile,
                context = input.Tags.FirstOrDefault(t => t.Key == "mlflow.data.context").Value,
                keys = input.Tags.Select(t => t.Key).ToArray(),
                values = input.Tags.Select(t => t.Value).ToArray(),
            }, cancellationToken: cancel));
        await write.Connection.ExecuteAsync(new("""
            insert into experiments.model_input (run_id, model_id) select @runId, unnest(@models) on conflict do nothing
            """, new { runId, models }, cancellationToken: cancel));
        if (outputs.Count > 0)
            await PutOutputs(write, runId, outputs, cancel);
    }

    /// <summary>Notes models as outputs.</summary>
    public async Task<ProtocolError?> LogOutputs(Guid runId, IReadOnlyList<(string ModelId, long Step)> models, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (run, refusal) = await Gate.Pass(write, runId, actor, cancel);
        if (refusal is not null)
            return refusal;
        await Gate.Hear(write, runId, cancel);
        await PutOutputs(write, runId, models, cancel);
        write.TellRun(runId, run!.ExperimentId, new RunLinked(runId, run.ExperimentId));
        await write.Commit(cancel);
        return null;
    }

    private static Task PutOutputs(WriteScope write, Guid runId, IReadOnlyList<(string ModelId, long Step)> models, CancellationToken cancel) =>
        write.Connection.ExecuteAsync(new("""
            insert into experiments.model_output (run_id, model_id, step)
            select @runId, model_id, step from unnest(@ids, @steps) as n (model_id, step)
            on conflict (run_id, model_id) do nothing
            """, new { runId, ids = models.Select(m => m.ModelId).ToArray(), steps = models.Select(m => m.Step).ToArray() }, cancellationToken: cancel));

    /// <summary>The datasets that runs of these experiments read, with their contexts.</summary>
    public async Task<IReadOnlyList<(long ExperimentId, string Name, string Digest, string? Context)>> Summaries(
        long[] experimentIds, Actor actor, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<(long, string, string, string?)>(new($"""
            select distinct d.experiment_id, d.name, d.digest, i.context
            from experiments.dataset d
            join experiments.experiment e using (experiment_id)
            join experiments.input i using (dataset_id)
            join experiments.run r on r.run_id = i.run_id
            where d.experiment_id = any(@experimentIds) and r.lifecycle = 'active' and {Visible.To("e")}
            order by 1, 2, 3, 4 limit 1000
            """, new { experimentIds, actor.SeesAll, actor.ReadTeams }, cancellationToken: cancel))).AsList();
    }
}
