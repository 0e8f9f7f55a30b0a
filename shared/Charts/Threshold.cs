namespace Crucible.Charts;

/// <summary>From a value on, a figure means something.</summary>
/// <param name="From">The value.</param>
/// <param name="Name">What it means: <c>nearly full</c>.</param>
/// <param name="Status">The status whose colour it takes: <c>cancelled</c> for a warning, <c>failed</c> for trouble.</param>
public sealed record Threshold(double From, string Name, string Status);
