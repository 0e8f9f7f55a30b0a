namespace Crucible.Experiments.Live;

/// <summary>A shared board of charts was changed. Told on <c>experiment:{id}</c>.</summary>
public sealed record BoardChanged(long ExperimentId, long BoardId);

/// <summary>Something was written beside a place of the charts' axis, or taken away. Told on <c>experiment:{id}</c>, and on <c>run:{id}</c> where it is of one run, else on <c>chart-notes:{id}</c>.</summary>
public sealed record ChartNoted(long ExperimentId, Guid? RunId);
