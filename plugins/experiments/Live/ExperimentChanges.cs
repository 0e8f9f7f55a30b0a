namespace Crucible.Experiments.Live;

/// <summary>An experiment came to be. Told on <c>experiments:{team}</c>.</summary>
public sealed record ExperimentCreated(long ExperimentId);

/// <summary>An experiment has another name. Told on <c>experiments:{team}</c> and <c>experiment:{id}</c>, as all that follow.</summary>
public sealed record ExperimentRenamed(long ExperimentId, string Name);

/// <summary>After how long a silence its runs are shown as lost was set anew.</summary>
public sealed record ExperimentSettingsChanged(long ExperimentId);

/// <summary>An experiment and its runs were deleted; they can be restored.</summary>
public sealed record ExperimentDeleted(long ExperimentId);

/// <summary>A deleted experiment and its runs are back.</summary>
public sealed record ExperimentRestored(long ExperimentId);

/// <summary>Tags of an experiment were set or removed; its note is the tag <c>mlflow.note.content</c>.</summary>
public sealed record ExperimentTagged(long ExperimentId, string[] Keys);

/// <summary>Somebody said which values of a metric are better. Told on <c>experiment:{id}</c>.</summary>
public sealed record MetricGoalSet(long ExperimentId, string Key);

/// <summary>A saved view of the run table was made, changed or deleted. Told on <c>experiment:{id}</c> when it is shared.</summary>
public sealed record RunViewsChanged(long ExperimentId);

/// <summary>Something was done to many runs, or goes on being done. Told on <c>experiment:{id}</c> and <c>experiments:{team}</c>; each run's own topic hears of it beside.</summary>
public sealed record RunsActedOn(long ExperimentId, Guid BatchId);

/// <summary>An experiment stands otherwise: <c>running</c>, <c>paused</c>, <c>archived</c> and so on.</summary>
public sealed record ExperimentStatusChanged(long ExperimentId, string Status);

/// <summary>A version of its configuration was saved.</summary>
public sealed record ExperimentConfigured(long ExperimentId, int Version);

/// <summary>A deleted experiment is being removed for good.</summary>
public sealed record ExperimentPurged(long ExperimentId);

/// <summary>A project was made or changed. Told on <c>experiments:{team}</c> alone.</summary>
public sealed record ProjectChanged(long ProjectId);

/// <summary>Something was said about an experiment, a run of it or a place in one, changed or taken back. Told on <c>experiment:{id}</c>, and on <c>run:{id}</c> for a run.</summary>
public sealed record CommentsChanged(long ExperimentId, Guid? RunId, string Place);
