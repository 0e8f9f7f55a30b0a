namespace Crucible.Experiments.Live;

/// <summary>A rule found what it waits for. Told on <c>experiment:{id}</c>.</summary>
public sealed record AlertFired(long RuleId, Guid RunId, long ExperimentId);

/// <summary>Rules or webhooks of an experiment were changed. Told on <c>experiment:{id}</c>.</summary>
public sealed record AlertsChanged(long ExperimentId);
