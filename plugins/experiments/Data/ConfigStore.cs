using Crucible.Data;
using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;
using Crucible.Experiments.Live;
using Crucible.People;
using Dapper;

namespace Crucible.Experiments.Data;

/// <summary>A saved version of a configuration.</summary>
/// <param name="Version">1 is the first.</param>
/// <param name="Format"><c>json</c> or <c>yaml</c>.</param>
/// <param name="Source">As it was typed.</param>
/// <param name="Document">What it says, as JSON.</param>
/// <param name="At">When it was saved, in UTC.</param>
/// <param name="Actor">By whom, by the name of then.</param>
public sealed record ConfigVersion(int Version, string Format, string Source, string Document, DateTime At, string Actor);

/// <summary>Configurations of experiments, every version. The caller of a reading verb has checked that the experiment may be seen.</summary>
public sealed class ConfigStore(Database database, TimeProvider time)
{
    private const string Columns = "version, format, source, document::text as document, at, actor";

    /// <summary>One version; null when there is none.</summary>
    public async Task<ConfigVersion?> Find(long experimentId, int version, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return await connection.QuerySingleOrDefaultAsync<ConfigVersion>(new($"select {Columns} from experiments.config where experiment_id = @experimentId and version = @version",
            new { experimentId, version }, cancellationToken: cancel));
    }

    /// <summary>Versions before one, the newest first, without their texts.</summary>
    public async Task<IReadOnlyList<ConfigVersion>> Versions(long experimentId, int before, int most, CancellationToken cancel)
    {
        await using var connection = await database.Open(cancel);
        return (await connection.QueryAsync<ConfigVersion>(new("""
            select version, format, '' as source, '' as document, at, actor from experiments.config
            where experiment_id = @experimentId and version < @before order by version desc limit @most
            """, new { experimentId, before, most }, cancellationToken: cancel))).AsList();
    }

    /// <summary>Saves the next version while the experiment is pending; what says the same as the newest one saves nothing.</summary>
    /// <param name="experimentId">The experiment.</param>
    /// <param name="configuration">What was typed.</param>
    /// <param name="seen">The version that was edited: <see cref="ErrorCode.ResourceConflict"/> when another was saved since. Null does not ask.</param>
    /// <param name="actor">Who saves.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<ProtocolError?> Save(long experimentId, Configuration configuration, int? seen, Actor actor, CancellationToken cancel)
    {
        await using var write = await database.Write(actor, cancel);
        var (experiment, refusal) = await ExperimentGate.Pass(write, experimentId, actor, cancel);
        if (refusal is not null)
            return refusal;
        if (experiment!.State is not { Status: ExperimentStatus.Pending, Archived: false })
            return new(ErrorCode.ResourceConflict, $"It is {experiment.State.Word}. A configuration can be changed while its experiment is pending; clone the experiment to change it.");
        if (seen is not null && seen != experiment.ConfigVersion)
            return new(ErrorCode.ResourceConflict, $"Somebody saved version {experiment.ConfigVersion} while you were writing. Copy your text, look at theirs and save again.");
        if (await Same(write, experiment, configuration, cancel))
            return null;
        await Add(write, experimentId, experiment.ConfigVersion + 1, configuration, actor, cancel);
        await write.Connection.ExecuteAsync(new("update experiments.experiment set updated_ms = @now where experiment_id = @experimentId",
            new { experimentId, now = time.GetUtcNow().ToUnixTimeMilliseconds() }, cancellationToken: cancel));
        write.TellExperiment(experiment.TeamId, experimentId, new ExperimentConfigured(experimentId, experiment.ConfigVersion + 1));
        await write.Record(actor, "experiment.configure", experimentId, null, experiment.Name,
            experiment.ConfigVersion == 0 ? null : new { Version = experiment.ConfigVersion }, new { Version = experiment.ConfigVersion + 1 }, cancel);
        await write.Commit(cancel);
        return null;
    }

    /// <summary>Writes a version within a write that has the experiment.</summary>
    internal static Task Add(WriteScope write, long experimentId, int version, Configuration configuration, Actor actor, CancellationToken cancel) => write.Connection.ExecuteAsync(new("""
        insert into experiments.config (experiment_id, version, format, source, document, person_id, actor)
        values (@experimentId, @version, @Format, @Source, @Document::jsonb, @PersonId, @DisplayName);
        update experiments.experiment set config_version = @version where experiment_id = @experimentId
        """, new { experimentId, version, configuration.Format, configuration.Source, configuration.Document, actor.PersonId, actor.DisplayName }, cancellationToken: cancel));

    private static Task<bool> Same(WriteScope write, Experiment experiment, Configuration configuration, CancellationToken cancel) => write.Connection.QuerySingleAsync<bool>(new(
        "select exists (select from experiments.config where experiment_id = @ExperimentId and version = @ConfigVersion and source = @Source)",
        new { experiment.ExperimentId, experiment.ConfigVersion, configuration.Source }, cancellationToken: cancel));
}
