using Crucible.Experiments.Domain;

namespace Crucible.Experiments.Data;

/// <summary>A row of <c>experiments.experiment</c>.</summary>
/// <param name="ExperimentId">Its id.</param>
/// <param name="Name">Unique among those that are not deleted, over all teams.</param>
/// <param name="ArtifactLocation">Where clients put the files of its runs.</param>
/// <param name="TeamId">Whose it is.</param>
/// <param name="OwnerId">Who may delete it; null when a program made it.</param>
/// <param name="CreatedMs">Milliseconds of the Unix epoch, as all of these.</param>
/// <param name="UpdatedMs">When anything of it was changed.</param>
/// <param name="Lifecycle"><c>active</c>, <c>deleted</c>, or <c>purging</c>, which nobody sees.</param>
/// <param name="LostAfter">After how long a silence a running run of it is shown as lost.</param>
/// <param name="StatusWord">The stored word of its status.</param>
/// <param name="Paused">It rests.</param>
/// <param name="Archived">It has left the lists.</param>
/// <param name="Waits">Runs do not start it: somebody made it as pending.</param>
/// <param name="StartedMs">When it was started.</param>
/// <param name="EndedMs">When it ended; null while it has not.</param>
/// <param name="ProjectId">The project it is in.</param>
/// <param name="Hypothesis">Markdown.</param>
/// <param name="BaselineRunId">The run that others are measured against.</param>
/// <param name="ConfigVersion">The newest version of its configuration; 0 while it has none.</param>
public sealed record Experiment(long ExperimentId, string Name, string ArtifactLocation, Guid TeamId, Guid? OwnerId,
    long CreatedMs, long UpdatedMs, string Lifecycle, TimeSpan LostAfter, string StatusWord, bool Paused, bool Archived, bool Waits,
    long? StartedMs, long? EndedMs, long? ProjectId, string Hypothesis, Guid? BaselineRunId, int ConfigVersion)
{
    /// <summary>The columns, in the order of the constructor.</summary>
    internal const string Columns = """
        e.experiment_id, e.name, e.artifact_location, e.team_id, e.owner_id, e.created_ms, e.updated_ms, e.lifecycle, e.lost_after, e.status as status_word,
        e.paused, e.archived, e.waits, e.started_ms, e.ended_ms, e.project_id, e.hypothesis, e.baseline_run_id, e.config_version
        """;

    /// <summary>Whether it was deleted and can be restored.</summary>
    public bool Deleted => Lifecycle == "deleted";

    /// <summary>How it stands.</summary>
    public ExperimentState State => new(ExperimentStatusWords.FromWord(StatusWord) ?? ExperimentStatus.Pending, Paused, Archived);
}
