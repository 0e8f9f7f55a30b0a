using Crucible.Experiments.Domain;
using Crucible.Experiments.Domain.Protocol;

namespace Crucible.Experiments.Data;

/// <summary>A row of <c>experiments.run</c>, with what its experiment says about who may see it.</summary>
/// <param name="RunId">Its id.</param>
/// <param name="ExperimentId">Its experiment.</param>
/// <param name="Name">Its name, also the tag <c>mlflow.runName</c>.</param>
/// <param name="UserId">The user name that the client sent.</param>
/// <param name="OwnerId">The person whose token made it.</param>
/// <param name="StatusWord">The stored word of its status.</param>
/// <param name="StartTime">Milliseconds of the Unix epoch.</param>
/// <param name="EndTime">Milliseconds of the Unix epoch; null while it runs.</param>
/// <param name="ArtifactUri">Where clients put its files.</param>
/// <param name="ParentRunId">The run it is nested in.</param>
/// <param name="Lifecycle"><c>active</c> or <c>deleted</c>.</param>
/// <param name="HeardAt">When its client last wrote, to within a few seconds.</param>
/// <param name="TeamId">The team of its experiment.</param>
/// <param name="LostAfter">After how long a silence a running run is shown as lost.</param>
public sealed record RunRow(Guid RunId, long ExperimentId, string Name, string UserId, Guid? OwnerId, string StatusWord,
    long StartTime, long? EndTime, string ArtifactUri, Guid? ParentRunId, string Lifecycle, DateTime HeardAt,
    Guid TeamId, TimeSpan LostAfter)
{
    /// <summary>The columns, in the order of the constructor, of <c>run r join experiment e</c>.</summary>
    internal const string Columns = """
        r.run_id, r.experiment_id, r.name, r.user_id, r.owner_id, r.status as status_word, r.start_time, r.end_time,
        r.artifact_uri, r.parent_run_id, case r.lifecycle when 'active' then 'active' else 'deleted' end as lifecycle, r.heard_at, e.team_id, e.lost_after
        """;

    /// <summary>The run as the rules see it.</summary>
    public Run Run => new(RunId, ExperimentId, Name, RunStatusWords.FromWord(StatusWord)!.Value, StartTime, EndTime, Lifecycle == "deleted");

    /// <summary>The status to show: a running run that has been silent for too long is lost until it is heard again.</summary>
    public RunStatus Shown(DateTimeOffset now) => Run.Shown(now, HeardAt, LostAfter);
}

/// <summary>A dataset as it is logged.</summary>
public sealed record Dataset(string Name, string Digest, string SourceType, string Source, string? Schema, string? Profile);

/// <summary>A dataset that a run read, with the tags of that use.</summary>
public sealed record DatasetInput(Dataset Dataset, IReadOnlyList<Entry> Tags);

/// <summary>The latest value of a metric.</summary>
public readonly record struct LatestMetric(string Key, double Value, long At, long Step);

/// <summary>A run with all that was logged about it, metrics as their latest values only.</summary>
public sealed class RunDetail(RunRow row)
{
    /// <summary>The run.</summary>
    public RunRow Row { get; } = row;

    /// <summary>Its metrics, in no order.</summary>
    public List<LatestMetric> Metrics { get; } = [];

    /// <summary>Its parameters, in no order.</summary>
    public List<Entry> Params { get; } = [];

    /// <summary>Its tags, in no order.</summary>
    public List<Entry> Tags { get; } = [];

    /// <summary>The datasets it read.</summary>
    public List<DatasetInput> Datasets { get; } = [];

    /// <summary>Ids of the models it read.</summary>
    public List<string> ModelInputs { get; } = [];

    /// <summary>Ids of the models it made, and at which step.</summary>
    public List<(string ModelId, long Step)> ModelOutputs { get; } = [];
}
