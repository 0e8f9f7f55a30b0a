namespace Crucible.Experiments.Live;

/// <summary>A registered model or one of its versions was made, changed or deleted. Told on <c>experiments:{team}</c>.</summary>
public sealed record RegisteredModelChanged(long ModelId);
