namespace Crucible.Host.Jobs;

/// <summary>A run that this host has taken.</summary>
/// <param name="Id">Stays over the attempts.</param>
/// <param name="Job">Its key.</param>
/// <param name="Attempt">1 for the first.</param>
/// <param name="Forgiven">Attempts that no longer count.</param>
/// <param name="Arguments">JSON, as the row has it.</param>
/// <param name="Lines">Lines its log has already.</param>
/// <param name="WaitMs">How long it was ready before somebody took it.</param>
internal sealed record ClaimedRun(Guid Id, string Job, int Attempt, int Forgiven, string? Arguments, int Lines, double WaitMs);
