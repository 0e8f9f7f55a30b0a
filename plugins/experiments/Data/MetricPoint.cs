namespace Crucible.Experiments.Data;

/// <summary>A point of a metric.</summary>
public readonly record struct MetricPoint(string Key, long Step, long At, double Value);
