namespace Crucible.Experiments.Data;

/// <summary>A row of <c>experiments.experiment</c>.</summary>
public sealed record Experiment(long ExperimentId, string Name, string ArtifactLocation, Guid TeamId, Guid? OwnerId,
    long CreatedMs, long UpdatedMs, string Lifecycle, TimeSpan LostAfter)
{
    /// <summary>The columns, in the order of the constructor.</summary>
    internal const string Columns =
        "e.experiment_id, e.name, e.artifact_location, e.team_id, e.owner_id, e.created_ms, e.updated_ms, e.lifecycle, e.lost_after";

    /// <summary>Whether it was deleted and can be restored.</summary>
    public bool Deleted => Lifecycle == "deleted";
}
