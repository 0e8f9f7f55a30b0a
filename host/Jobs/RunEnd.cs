namespace Crucible.Host.Jobs;

/// <summary>How an attempt ended.</summary>
/// <param name="Run">Of which run.</param>
/// <param name="State">The run's next state.</param>
/// <param name="Took">By the monotonic clock.</param>
/// <param name="Outcome">What is kept of the attempt; null keeps nothing beside the run itself.</param>
/// <param name="Error">One line.</param>
/// <param name="Details">The whole exception.</param>
/// <param name="Pause">Before the next attempt.</param>
internal sealed record RunEnd(RunUnderWay Run, string State, TimeSpan Took, string? Outcome = null, string? Error = null, string? Details = null, TimeSpan Pause = default);
