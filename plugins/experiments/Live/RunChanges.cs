namespace Crucible.Experiments.Live;

/// <summary>A run began. Told on <c>run:{id}</c> and <c>experiment:{id}</c>, as all of these.</summary>
public sealed record RunStarted(Guid RunId, long ExperimentId);

/// <summary>A run has another status or another end time; the word is Crucible's (<c>completed</c>).</summary>
public sealed record RunStatusChanged(Guid RunId, long ExperimentId, string Status);

/// <summary>A run has another name.</summary>
public sealed record RunRenamed(Guid RunId, long ExperimentId, string Name);

/// <summary>A run was deleted; it can be restored.</summary>
public sealed record RunDeleted(Guid RunId, long ExperimentId);

/// <summary>A deleted run is back.</summary>
public sealed record RunRestored(Guid RunId, long ExperimentId);

/// <summary>Parameters were logged.</summary>
public sealed record RunParamsLogged(Guid RunId, long ExperimentId, string[] Keys);

/// <summary>Tags were set or removed; the note is the tag <c>mlflow.note.content</c>.</summary>
public sealed record RunTagged(Guid RunId, long ExperimentId, string[] Keys);

/// <summary>Datasets or models were noted as inputs or outputs.</summary>
public sealed record RunLinked(Guid RunId, long ExperimentId);

/// <summary>Files were added to a run's artifacts or removed.</summary>
public sealed record RunArtifactsChanged(Guid RunId, long ExperimentId, string Path);

/// <summary>A run was put out of the way, or brought back.</summary>
public sealed record RunArchived(Guid RunId, long ExperimentId, bool Archived);

/// <summary>A run was archived, brought back from there, or put into another experiment.</summary>
public sealed record RunMoved(Guid RunId, long ExperimentId);
